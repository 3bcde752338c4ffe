import Conversation
import Wire

/// Cuts a JSON Schema to Gemini's OpenAPI subset.
///
/// First everything is gathered that holds at a place, references put in place of their names and `allOf` merged; then
/// what was gathered is made legal. Recursion ends in an object without further detail. What cannot be said stands in
/// a description where that tells a model something, and is a loss.
/// Format: https://ai.google.dev/api/caching#Schema
struct GeminiSchemaCutter {
  /// How much may be put in place of references in one request, for those that use one another multiply.
  struct Budget {
    var nodes = 20_000
    var bytes = 1 << 20
  }

  private let place: LossPlace
  private var references: SchemaReferences
  private var active: Set<String> = []
  private var depth = 0
  private(set) var budget: Budget
  private(set) var losses = Losses()
  private static let depthLimit = 96
  /// Longer constraints are no help in a description.
  static let remarkLimit = 400

  init(root: JSON, at place: LossPlace, budget: Budget) {
    self.place = place
    self.budget = budget
    references = SchemaReferences(root: root)
  }

  /// The schema in the subset.
  mutating func cut(_ schema: JSON) -> GeminiSchemaNode {
    var node = gather(schema)
    losses.append(node.settle(at: place))
    return node
  }

  // MARK: - Gathering

  private mutating func gather(_ schema: JSON) -> GeminiSchemaNode {
    depth += 1
    defer { depth -= 1 }
    var node = GeminiSchemaNode()
    guard schema.isObject, !schema.members.isEmpty else {
      node.isOpen = true
      lose(schema.bool == false ? "false" : "{}", "any value is asked for as an object")
      return node
    }
    guard depth < Self.depthLimit else {
      node.isOpen = true
      lose("depth", "what is deeper stays open")
      return node
    }
    guard isAffordable(schema) else {
      node.isOpen = true
      lose("$ref", "too much to put in place; the rest stays open")
      return node
    }
    node.title = schema["title"]?.string
    node.description = schema["description"]?.string
    node.isNullable = schema["nullable"]?.bool == true
    readType(schema["type"], into: &node)
    readProperties(schema, into: &node)
    readItems(schema, into: &node)
    readChoices(schema, into: &node)
    readAlternatives(schema, into: &node)
    for member in schema.members where !member.value.isNull { readRest(member, into: &node) }
    if let reference = schema["$ref"]?.string { resolve(reference, into: &node) }
    for part in schema["allOf"]?.elements ?? JSON.null.elements { node.merge(gather(part)) }
    return node
  }

  /// What stands in the schema itself costs nothing; what references put there does.
  private mutating func isAffordable(_ schema: JSON) -> Bool {
    guard !active.isEmpty else { return true }
    budget.nodes -= 1
    for key in ["title", "description", "enum"] { budget.bytes -= schema[name: key]?.byteCount ?? 0 }
    return budget.nodes > 0 && budget.bytes > 0
  }

  private mutating func resolve(_ reference: String, into node: inout GeminiSchemaNode) {
    if active.contains(reference) {
      lose("$ref", "recursion is cut")
    } else if let target = references.target(of: reference) {
      active.insert(reference)
      node.merge(gather(target))
      active.remove(reference)
      return
    } else {
      lose("$ref", "points nowhere")
    }
    if node.saysNothing { node.isOpen = true }
  }

  private func readType(_ type: JSON?, into node: inout GeminiSchemaNode) {
    for type in type?.string.map({ [$0] }) ?? type?.elements.compactMap(\.string) ?? [] {
      switch type.uppercased() {
      case "NULL": node.isNullable = true
      case "STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT":
        if !node.types.contains(type.uppercased()) { node.types.append(type.uppercased()) }
      case "ANY", "TYPE_UNSPECIFIED": continue
      default: node.unsay("type", "Type: \(type).")
      }
    }
  }

  private mutating func readProperties(_ schema: JSON, into node: inout GeminiSchemaNode) {
    var places: [String: Int] = [:]
    for property in schema["properties"]?.members ?? JSON.null.members {
      let key = property.key
      let value = gather(property.value)
      if let place = places[key], node.properties.indices.contains(place) {
        node.properties[place].schema = value
      } else {
        places[key] = node.properties.count
        node.properties.append(GeminiSchemaNode.Property(name: key, schema: value))
      }
    }
    var seen: Set<String> = []
    node.required = (schema["required"] ?? .null).elements.compactMap(\.string).filter { seen.insert($0).inserted }
    if !node.required.isEmpty { node.hint("OBJECT") }
  }

  private mutating func readItems(_ schema: JSON, into node: inout GeminiSchemaNode) {
    let tuple = schema["prefixItems"] ?? schema["items"].flatMap { $0.isArray ? $0 : nil }
    if let tuple, let first = tuple.elements.first {
      var item = gather(first)
      if !tuple.elements.allSatisfy({ $0 == first }) {
        node.unsay("prefixItems", tuple, "Items in this order", "each item may be any of them")
        var seen: Set<String> = []
        item = GeminiSchemaNode()
        for element in tuple.elements where seen.insert(element.text).inserted { item.anyOf.append(gather(element)) }
      }
      node.items = [item]
    } else if let items = schema["items"], items.isObject, !items.members.isEmpty {
      node.items = [gather(items)]
    }
  }

  private func readChoices(_ schema: JSON, into node: inout GeminiSchemaNode) {
    var choices = schema["enum"].map { Array($0.elements) } ?? []
    if let constant = schema["const"] { choices = [constant] }
    guard !choices.isEmpty else { return }
    if choices.contains(where: \.isNull) { node.isNullable = true }
    let others = choices.filter { !$0.isNull }
    guard let first = others.first else { return }
    var seen: Set<String> = []
    let texts = others.compactMap(\.string).filter { !$0.isEmpty }
    if texts.count == others.count, node.types.isEmpty || node.types.contains("STRING") {
      node.hint("STRING")
      node.choices = texts.filter { seen.insert($0).inserted }
      return
    }
    switch first.kind {
    case .string: node.hint("STRING")
    case .number: node.hint(others.allSatisfy { $0.int != nil } ? "INTEGER" : "NUMBER")
    case .true, .false: node.hint("BOOLEAN")
    case .array: node.hint("ARRAY")
    default: node.hint("OBJECT")
    }
    node.remark("One of: " + others.map(\.text).joined(separator: ", "))
    node.unsaid.append(("enum", "only strings can be enumerated; the values stand in the description"))
  }

  private mutating func readAlternatives(_ schema: JSON, into node: inout GeminiSchemaNode) {
    for key in ["anyOf", "oneOf"] {
      guard let list = schema[name: key], list.isArray else { continue }
      guard node.anyOf.isEmpty else {
        node.unsay(key, list, "Also one of", "stands in the description")
        continue
      }
      for choice in list.elements {
        if Self.isNull(choice) { node.isNullable = true } else { node.anyOf.append(gather(choice)) }
      }
      node.alternatives = list
    }
  }

  private static func isNull(_ schema: JSON) -> Bool {
    if schema["type"]?.isString("null") == true || schema["const"]?.isNull == true { return true }
    let values = schema["enum"] ?? schema["type"] ?? .null
    return values.isArray && !values.elements.isEmpty
      && values.elements.allSatisfy { $0.isNull || schema["enum"] == nil && $0.isString("null") }
  }

  private func readRest(_ member: JSONMember, into node: inout GeminiSchemaNode) {
    let value = member.value
    let key = member.key
    switch key {
    case "type", "properties", "required", "items", "prefixItems", "enum", "const", "anyOf", "oneOf", "allOf", "$ref",
      "title", "description", "nullable", "$schema", "$id", "$defs", "definitions", "$comment", "$anchor",
      "propertyOrdering":
      return
    case "format":
      guard let format = value.string else { return }
      switch format {
      case "int32", "int64": node.hint("INTEGER")
      case "float", "double": node.hint("NUMBER")
      default: node.hint("STRING")
      }
      node.format = format
    case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum":
      node.hint("NUMBER")
      node.bounds.append((key, value))
    case "minItems", "maxItems":
      node.hint("ARRAY")
      node.bounds.append((key, value))
    case "additionalProperties":
      node.hint("OBJECT")
      guard value.bool != true else { return }
      if value.isObject { node.unsay(key, value, key, "Gemini has no equivalent") } else { lost(key, &node) }
    case "default", "examples", "example", "deprecated", "readOnly", "writeOnly", "strict": lost(key, &node)
    default:
      // Constraints tell a model something even where no grammar enforces them.
      switch key {
      case "minLength", "maxLength", "pattern": node.hint("STRING")
      case "multipleOf": node.hint("NUMBER")
      case "uniqueItems", "contains", "additionalItems", "unevaluatedItems": node.hint("ARRAY")
      case "minProperties", "maxProperties", "patternProperties", "propertyNames", "dependentRequired":
        node.hint("OBJECT")
      default: break
      }
      if value.isObject || value.isArray {
        node.unsay(key, value, key, "Gemini has no equivalent")
      } else {
        node.unsay(key, "\(key): \(value.string ?? value.text).")
      }
    }
  }

  private func lost(_ key: String, _ node: inout GeminiSchemaNode) {
    node.unsaid.append((key, "Gemini has no equivalent"))
  }

  private mutating func lose(_ keyword: String, _ reason: String) {
    losses.add(place.inside(keyword), reason)
  }
}
