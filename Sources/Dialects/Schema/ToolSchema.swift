import Wire

/// A tool's schema as OpenAI and Anthropic take it: JSON Schema 2020-12, a plain object at the root.
///
/// Both check schemas against the 2020-12 metaschema and refuse alternatives at the root; OpenAI also refuses arrays
/// without `items`, with strict mode or without. A schema that needs no change keeps its bytes.
/// OpenAI: https://platform.openai.com/docs/guides/function-calling
/// Anthropic: https://platform.claude.com/docs/en/agents-and-tools/tool-use/overview
struct ToolSchema {
  /// Whose rules hold.
  enum Vendor {
    case openAI, anthropic

    fileprivate func refusesAtRoot(_ keyword: SchemaKeyword?) -> Bool {
      switch keyword {
      case .anyOf, .oneOf, .allOf: true
      case .not, .enum, .const: self == .openAI
      default: false
      }
    }

    fileprivate func refusesAtRoot(_ keyword: String) -> Bool { refusesAtRoot(SchemaKeyword(named: keyword)) }
  }

  /// The schema to send.
  let json: JSON
  /// Keywords of the root that had to go, in order.
  let dropped: [String]

  /// Fits a schema; nil and empty ones become an object without properties.
  init(_ schema: JSON?, for vendor: Vendor) {
    guard let schema, schema.isObject, !schema.members.isEmpty else {
      json = Self.empty
      dropped = []
      return
    }
    guard Self.hasParts(schema, vendor) else {
      dropped = []
      json = Self.modern(Self.withObjectRoot(schema, nil, vendor), addsItems: vendor == .openAI)
      return
    }
    var parts = SchemaParts(root: schema)
    parts.collect()
    var seen: Set<String> = []
    dropped = (schema.members.map { ($0.key, $0.value) } + parts.inherited).compactMap { key, value in
      vendor.refusesAtRoot(key) && !value.isNull && seen.insert(key).inserted ? key : nil
    }
    json = Self.modern(Self.withObjectRoot(schema, parts, vendor), addsItems: vendor == .openAI)
  }

  /// Whether the root refers to something or says what may not stand there.
  private static func hasParts(_ schema: JSON, _ vendor: Vendor) -> Bool {
    var isFound = false
    schema.forEachMember(in: SchemaKeyword.table) { name, value in
      let keyword = SchemaKeyword(name)
      isFound = vendor.refusesAtRoot(keyword) || keyword == .ref && schema["$ref"]?.isString == true
      return !isFound
    }
    return isFound
  }

  /// Why a keyword of the root is gone, for Anthropic.
  static let merged = "not allowed at the top; its properties were merged"

  /// The schema of no arguments.
  static let empty = JSON { writer in
    writer.object { writer in
      writer.member("type", static: "object")
      writer.object("properties") { _ in }
    }
  }

  // MARK: - Drafts

  /// The schema in the words of 2020-12: tuples as `prefixItems`, exclusive bounds as numbers, types in lower case.
  ///
  /// With `addsItems` every array says what its items are.
  static func modern(_ schema: JSON, addsItems: Bool) -> JSON {
    SchemaTree.edited(schema) { node, keyword, value in
      switch keyword {
      case .items: value.isNull || value.isArray
      case .type:
        value.isNull || !isModern(type: value) || addsItems && isArray(type: value) && node["items"] == nil
      case .exclusiveMinimum, .exclusiveMaximum: value.isNull || value.bool != nil
      case .default, .const, .example: false
      default: value.isNull
      }
    } _: {
      edited($0, addsItems: addsItems)
    }
  }

  /// Whether a `type` is said in the words of 2020-12.
  private static func isModern(type: JSON) -> Bool {
    guard type.isString else { return true }
    if type.isString("string") || type.isString("object") { return true }
    return type.string.map { modernType($0) == $0 } ?? true
  }

  private static func isArray(type: JSON) -> Bool {
    if type.isString("string") || type.isString("object") { return false }
    return type.string.map { $0.lowercased() == "array" } ?? type.elements.contains { $0.isString("array") }
  }

  private static func holdsAnything(_ member: JSONMember) -> Bool {
    member.isNamed("default") || member.isNamed("const") || member.isNamed("example")
  }

  /// Nil for what allows every type.
  private static func modernType(_ type: String) -> String? {
    switch type {
    case "STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT", "NULL": type.lowercased()
    case "any", "ANY", "TYPE_UNSPECIFIED": nil
    default: type
    }
  }

  private static func isBareArray(_ node: JSON) -> Bool {
    guard node["items"] == nil || node["items"]?.isNull == true, let type = node["type"] else { return false }
    return isArray(type: type)
  }

  private static func edited(_ node: JSON, addsItems: Bool) -> SchemaTree.Members {
    let isTuple = node["items"]?.isArray == true
    var members: SchemaTree.Members = []
    var hasItems = false
    for member in node.members where !member.value.isNull || holdsAnything(member) {
      let value = member.value
      switch member.key {
      case "type" where value.isString:
        if let type = value.string.flatMap(modernType) { members.append(("type", .string(type))) }
      case "items" where isTuple:
        if !value.elements.isEmpty, node["prefixItems"] == nil { members.append(("prefixItems", value)) }
      case "additionalItems" where isTuple:
        members.append(("items", value))
        hasItems = true
      case "minimum" where node["exclusiveMinimum"]?.bool == true: members.append(("exclusiveMinimum", value))
      case "maximum" where node["exclusiveMaximum"]?.bool == true: members.append(("exclusiveMaximum", value))
      case "exclusiveMinimum" where value.bool != nil: continue
      case "exclusiveMaximum" where value.bool != nil: continue
      default:
        if member.isNamed("items") { hasItems = true }
        members.append((member.key, value))
      }
    }
    if addsItems, !hasItems, isTuple || isBareArray(node) { members.append(("items", .emptyObject)) }
    return members
  }

  // MARK: - Root

  private static func withObjectRoot(_ schema: JSON, _ parts: SchemaParts?, _ vendor: Vendor) -> JSON {
    if parts == nil, schema["type"]?.isString("object") == true { return schema }
    let isReference = schema["$ref"]?.isString == true
    return JSON { writer in
      writer.object { writer in
        writer.member("type", static: "object")
        for member in schema.members where !member.isNamed("type") && !vendor.refusesAtRoot(member.key) {
          if isReference, member.isNamed("$ref") { continue }
          if parts != nil, member.isNamed("properties") || member.isNamed("required") { continue }
          writer.key(named: member.key)
          writer.value(member.value)
        }
        if let parts {
          for (key, value) in parts.inherited where !vendor.refusesAtRoot(key) {
            writer.key(named: key)
            writer.value(value)
          }
          parts.write(to: &writer)
        } else if schema["properties"]?.isObject != true, vendor == .openAI {
          writer.object("properties") { _ in }
        }
      }
    }
  }
}
