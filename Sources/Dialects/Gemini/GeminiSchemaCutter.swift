import Conversation
import Wire

/// Cuts a JSON Schema to Gemini's OpenAPI subset.
///
/// References are put in place of their names; recursion ends in an object without further detail.
struct GeminiSchemaCutter {
  private let root: JSON
  /// The steps from the root to the schema that is being read.
  private var place: [String] = []
  private var active: [String] = []
  private var size = 0
  private var depth = 0
  /// What the subset cannot say; paths begin at the root.
  private(set) var losses: [Loss] = []
  /// References that use one another multiply; beyond this many nodes the rest stays open.
  private static let limit = 20_000

  init(root: JSON) {
    self.root = root
  }

  private mutating func node(_ schema: JSON, at steps: String...) -> GeminiSchemaNode {
    place += steps
    defer { place.removeLast(steps.count) }
    return node(schema)
  }

  mutating func node(_ schema: JSON) -> GeminiSchemaNode {
    size += 1
    depth += 1
    defer { depth -= 1 }
    var node = GeminiSchemaNode()
    guard schema.isObject, depth < 96, size < Self.limit else {
      // `true` and `{}` allow anything; an object is the nearest the subset has for tools.
      node.type = "OBJECT"
      return node
    }
    if let reference = schema["$ref"]?.string {
      return resolve(reference, beside: schema)
    }
    node.title = schema["title"]?.string
    node.description = schema["description"]?.string
    node.isNullable = schema["nullable"]?.bool == true
    for (index, part) in (schema["allOf"]?.elements ?? JSON.null.elements).enumerated() {
      node.merge(self.node(part, at: "allOf[\(index)]"))
    }
    readType(schema["type"], of: schema, into: &node)
    readProperties(schema, into: &node)
    readItems(schema, into: &node)
    readChoices(schema, into: &node)
    readAlternatives(schema, into: &node)
    readRest(schema, into: &node)
    node.settle()
    return node
  }

  private mutating func resolve(_ reference: String, beside schema: JSON) -> GeminiSchemaNode {
    var node = GeminiSchemaNode()
    node.type = "OBJECT"
    if active.contains(reference) {
      lose("$ref", "recursion is cut")
    } else if let target = target(of: reference) {
      active.append(reference)
      let outer = place
      place = Self.steps(of: reference)
      node = self.node(target)
      place = outer
      active.removeLast()
    } else {
      lose("$ref", "points nowhere")
    }
    if let description = schema["description"]?.string { node.description = description }
    return node
  }

  private func target(of reference: String) -> JSON? {
    guard reference.hasPrefix("#") else { return nil }
    var place = root
    for step in Self.steps(of: reference) {
      guard let next = place[name: step] else { return nil }
      place = next
    }
    return place
  }

  /// The members that a reference inside the schema goes through.
  private static func steps(of reference: String) -> [String] {
    reference.dropFirst().split(separator: "/").map { step in
      let key = step.split(separator: "~", omittingEmptySubsequences: false)
      // JSON Pointer: ~1 is a slash, ~0 a tilde.
      return key.dropFirst().reduce(String(key.first ?? "")) { text, piece in
        text + (piece.hasPrefix("1") ? "/" : "~") + piece.dropFirst()
      }
    }
  }

  private mutating func readType(_ type: JSON?, of schema: JSON, into node: inout GeminiSchemaNode) {
    if let single = type?.string {
      if single == "null" { node.isNullable = true } else { node.type = single.uppercased() }
      return
    }
    let types = type?.elements.compactMap(\.string) ?? []
    if types.contains("null") { node.isNullable = true }
    let others = types.filter { $0 != "null" }
    if others.count == 1 {
      node.type = others[0].uppercased()
    } else if others.count > 1 {
      for other in others {
        var choice = GeminiSchemaNode()
        choice.type = other.uppercased()
        if other == "array" { readItems(schema, into: &choice) }
        if other == "object" { readProperties(schema, into: &choice) }
        choice.settle()
        node.anyOf.append(choice)
      }
    }
  }

  private mutating func readProperties(_ schema: JSON, into node: inout GeminiSchemaNode) {
    for property in schema["properties"]?.members ?? JSON.null.members {
      let key = property.key
      let value = self.node(property.value, at: "properties", key)
      node.properties.removeAll { $0.name == key }
      node.properties.append(GeminiSchemaNode.Property(name: key, schema: value))
    }
    for required in schema["required"]?.elements.compactMap(\.string) ?? [] where !node.required.contains(required) {
      node.required.append(required)
    }
  }

  private mutating func readItems(_ schema: JSON, into node: inout GeminiSchemaNode) {
    if let items = schema["items"], items.isObject {
      node.items = [self.node(items, at: "items")]
    } else if let first = schema["prefixItems"]?.elements.first ?? schema["items"]?.elements.first {
      lose("prefixItems", "only the first item's schema is kept")
      node.items = [self.node(first, at: "prefixItems[0]")]
    }
  }

  private mutating func readChoices(_ schema: JSON, into node: inout GeminiSchemaNode) {
    var choices = schema["enum"].map { Array($0.elements) } ?? []
    if let constant = schema["const"] { choices = [constant] }
    guard !choices.isEmpty else { return }
    let texts = choices.compactMap(\.string).filter { !$0.isEmpty }
    if choices.contains(where: \.isNull) { node.isNullable = true }
    let others = choices.filter { !$0.isNull }
    if texts.count == others.count, node.type == nil || node.type == "STRING" {
      node.type = "STRING"
      node.choices = texts
      return
    }
    if node.type == nil, let first = others.first {
      node.type =
        switch first.kind {
        case .string: "STRING"
        case .number: first.int == nil ? "NUMBER" : "INTEGER"
        case .true, .false: "BOOLEAN"
        case .array: "ARRAY"
        default: "OBJECT"
        }
    }
    node.remark("One of: " + others.map(\.text).joined(separator: ", "))
    lose("enum", "only strings can be enumerated; the values stand in the description")
  }

  private mutating func readAlternatives(_ schema: JSON, into node: inout GeminiSchemaNode) {
    for key in ["anyOf", "oneOf"] {
      for (index, choice) in (schema[name: key]?.elements ?? JSON.null.elements).enumerated() {
        if choice["type"]?.isString("null") == true {
          node.isNullable = true
        } else {
          node.anyOf.append(self.node(choice, at: "\(key)[\(index)]"))
        }
      }
    }
  }

  private mutating func readRest(_ schema: JSON, into node: inout GeminiSchemaNode) {
    for member in schema.members where !member.value.isNull {
      let value = member.value
      switch member.key {
      case "type", "properties", "required", "items", "prefixItems", "enum", "const", "anyOf", "oneOf", "allOf", "$ref",
        "title", "description", "nullable", "$schema", "$id", "$defs", "definitions", "$comment", "$anchor",
        "propertyOrdering":
        continue
      case "format":
        guard let format = value.string else { continue }
        switch (node.type, format) {
        case ("STRING", "date-time"), ("STRING", "enum"), ("INTEGER", "int32"), ("INTEGER", "int64"),
          ("NUMBER", "float"), ("NUMBER", "double"):
          node.format = format
        default:
          node.remark("Format: \(format).")
          lose("format", "stands in the description")
        }
      case "minimum", "maximum":
        if value.number != nil, node.type == "INTEGER" || node.type == "NUMBER" {
          node.bounds.append((member.key, value))
        }
      case "minItems", "maxItems":
        if value.int != nil, node.type == "ARRAY" { node.bounds.append((member.key, value)) }
      case "default", "examples", "example", "additionalProperties", "deprecated", "readOnly", "writeOnly", "strict":
        lose(member.key, "Gemini has no equivalent")
      case let key:
        // Constraints tell a model something even where no grammar enforces them.
        if !value.isObject, !value.isArray { node.remark("\(key): \(value.string ?? value.text).") }
        lose(key, value.isObject || value.isArray ? "Gemini has no equivalent" : "stands in the description")
      }
    }
  }

  private mutating func lose(_ keyword: String, _ reason: String) {
    // No translation declares more; references that use one another would.
    guard losses.count < 512 else { return }
    losses.append(Loss(path: (place + [keyword]).joined(separator: "."), reason: reason))
  }
}

/// One schema of the subset.
struct GeminiSchemaNode {
  /// One property of an object.
  struct Property {
    var name: String
    var schema: GeminiSchemaNode
  }

  var type: String?
  var title: String?
  var description: String?
  var format: String?
  var isNullable = false
  var choices: [String] = []
  var properties: [Property] = []
  var required: [String] = []
  /// None or one.
  var items: [GeminiSchemaNode] = []
  var anyOf: [GeminiSchemaNode] = []
  var bounds: [(key: String, value: JSON)] = []

  mutating func remark(_ text: String) {
    description = description.map { $0.isEmpty ? text : "\($0) \(text)" } ?? text
  }

  /// Takes over what another schema, of which this must also be an instance, says.
  mutating func merge(_ other: GeminiSchemaNode) {
    type = type ?? other.type
    title = title ?? other.title
    description = description ?? other.description
    format = format ?? other.format
    isNullable = isNullable || other.isNullable
    if choices.isEmpty { choices = other.choices }
    for property in other.properties where !properties.contains(where: { $0.name == property.name }) {
      properties.append(property)
    }
    for name in other.required where !required.contains(name) { required.append(name) }
    if items.isEmpty { items = other.items }
    if anyOf.isEmpty { anyOf = other.anyOf }
    bounds += other.bounds.filter { bound in !bounds.contains { $0.key == bound.key } }
  }

  /// Makes what was gathered legal: a type or alternatives, items for arrays, properties for what is required.
  mutating func settle() {
    let known: Set<String> = ["STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT"]
    if let type, !known.contains(type) { self.type = nil }
    if anyOf.count == 1, type == nil {
      var only = anyOf[0]
      only.description = description ?? only.description
      only.title = title ?? only.title
      only.isNullable = isNullable || only.isNullable
      self = only
      return
    }
    if !anyOf.isEmpty, properties.isEmpty {
      // Beside `anyOf` the subset takes no type.
      type = nil
      items = []
      choices = []
      bounds = []
      format = nil
      return
    }
    anyOf = []
    if type == nil {
      type = !properties.isEmpty ? "OBJECT" : !items.isEmpty ? "ARRAY" : isNullable ? "STRING" : "OBJECT"
    }
    if type != "OBJECT" {
      properties = []
      required = []
    }
    if type != "STRING" { choices = [] }
    if type == "ARRAY" {
      if items.isEmpty {
        var item = GeminiSchemaNode()
        item.type = "STRING"
        items = [item]
      }
    } else {
      items = []
    }
    let declared = Set(properties.map(\.name))
    required.removeAll { !declared.contains($0) }
  }

  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      if let type { writer.member("type", type) }
      if let title { writer.member("title", title) }
      if let description { writer.member("description", description) }
      if let format { writer.member("format", format) }
      if isNullable { writer.member("nullable", true) }
      if !choices.isEmpty {
        writer.array("enum") { writer in
          for choice in choices { writer.string(choice) }
        }
      }
      if !properties.isEmpty {
        writer.object("properties") { writer in
          for property in properties {
            writer.key(named: property.name)
            property.schema.write(to: &writer)
          }
        }
      }
      if !required.isEmpty {
        writer.array("required") { writer in
          for name in required { writer.string(name) }
        }
      }
      if let item = items.first {
        writer.key("items")
        item.write(to: &writer)
      }
      if !anyOf.isEmpty {
        writer.array("anyOf") { writer in
          for choice in anyOf { choice.write(to: &writer) }
        }
      }
      for bound in bounds {
        writer.key(named: bound.key)
        writer.value(bound.value)
      }
    }
  }
}
