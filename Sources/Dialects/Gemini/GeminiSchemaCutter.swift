import Conversation
import Wire

/// Cuts a JSON Schema to Gemini's OpenAPI subset.
///
/// References are put in place of their names; recursion ends in an object without further detail.
struct GeminiSchemaCutter {
  private let root: JSON
  private let name: String
  private var active: [String] = []
  private var size = 0
  private var depth = 0
  private(set) var losses = Losses()
  /// References that use one another multiply; beyond this many nodes the rest stays open.
  private static let limit = 20_000

  init(root: JSON, name: String) {
    self.root = root
    self.name = name
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
    for part in schema["allOf"]?.elements ?? JSON.null.elements { node.merge(self.node(part)) }
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
      node = self.node(target)
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
    for step in reference.dropFirst().split(separator: "/") {
      let key = step.split(separator: "~", omittingEmptySubsequences: false)
      // JSON Pointer: ~1 is a slash, ~0 a tilde.
      let text = key.dropFirst().reduce(String(key.first ?? "")) { text, piece in
        text + (piece.hasPrefix("1") ? "/" : "~") + piece.dropFirst()
      }
      guard let next = place[name: text] else { return nil }
      place = next
    }
    return place
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
      let value = self.node(property.value)
      node.properties.removeAll { $0.name == key }
      node.properties.append(GeminiSchemaNode.Property(name: key, schema: value))
    }
    for required in schema["required"]?.elements.compactMap(\.string) ?? [] where !node.required.contains(required) {
      node.required.append(required)
    }
  }

  private mutating func readItems(_ schema: JSON, into node: inout GeminiSchemaNode) {
    if let items = schema["items"], items.isObject {
      node.items = [self.node(items)]
    } else if let first = schema["prefixItems"]?.elements.first ?? schema["items"]?.elements.first {
      lose("prefixItems", "only the first item's schema is kept")
      node.items = [self.node(first)]
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
      for choice in schema[name: key]?.elements ?? JSON.null.elements {
        if choice["type"]?.isString("null") == true {
          node.isNullable = true
        } else {
          node.anyOf.append(self.node(choice))
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
    losses.add("schema of \(name): \(keyword)", reason)
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
