import Conversation
import Wire

/// The subset of JSON Schema that OpenAI enforces: every object closed, every property required.
///
/// What leaves it is refused in strict mode, so a schema either fits, or can be made to fit without changing what an
/// answer may look like to its client, or goes out unenforced.
/// Format: https://platform.openai.com/docs/guides/structured-outputs/supported-schemas
enum StrictSchema {
  private static let formats: Set<String> = [
    "date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid",
  ]
  /// Levels of objects, properties and values of enumerations that OpenAI takes in one schema.
  private static let levelLimit = 10
  private static let propertyLimit = 5_000
  private static let choiceLimit = 1_000

  /// Whether strict mode takes the schema as it is.
  static func accepts(_ schema: JSON) -> Bool {
    guard schema["type"]?.isString("object") == true, schema["anyOf"] == nil else { return false }
    var counts = Counts(references: SchemaReferences(root: schema))
    return accepts(schema, level: 0, depth: 0, &counts)
  }

  /// The schema with its objects closed, nil where that does not make it fit.
  ///
  /// Optional properties are not made required ones that may be null: the client would get nulls its schema forbids.
  static func closed(_ schema: JSON) -> JSON? {
    if accepts(schema) { return schema }
    let output = SchemaTree.edited(schema) { node, keyword, value in
      keyword == .properties && !value.members.isEmpty && node["additionalProperties"] == nil
    } _: { node in
      node.members.map { ($0.key, $0.value) } + [("additionalProperties", JSON { $0.bool(false) })]
    }
    return accepts(output) ? output : nil
  }

  private struct Counts {
    var references: SchemaReferences
    var properties = 0
    var choices = 0
  }

  private static func accepts(_ node: JSON, level: Int, depth: Int, _ counts: inout Counts) -> Bool {
    guard node.isObject, depth < 64 else { return false }
    if let reference = node["$ref"] {
      // A reference stands alone.
      guard depth > 0, node.members.count == 1, let pointer = reference.string else { return false }
      return pointer.hasPrefix("#") && counts.references.target(of: pointer)?.isObject == true
    }
    guard node["type"].map(isKnown) ?? (node["anyOf"] != nil) else { return false }
    let isObject = allowsObjects(node["type"]) || node["properties"] != nil
    let level = isObject ? level + 1 : level
    guard level <= levelLimit else { return false }
    if isObject, !isClosed(node) { return false }
    if allowsArrays(node["type"]), node["items"] == nil { return false }
    for member in node.members {
      switch member.key {
      case "type", "title", "description", "required", "additionalProperties", "const", "$schema", "pattern",
        "multipleOf", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minItems", "maxItems":
        continue
      case "format": guard let format = member.value.string, formats.contains(format) else { return false }
      case "enum":
        counts.choices += member.value.elements.count
        guard counts.choices <= choiceLimit else { return false }
      case "items": guard accepts(member.value, level: level, depth: depth + 1, &counts) else { return false }
      case "anyOf":
        for inner in member.value.elements where !accepts(inner, level: level, depth: depth + 1, &counts) {
          return false
        }
      case "properties":
        for inner in member.value.members {
          counts.properties += 1
          guard counts.properties <= propertyLimit else { return false }
          guard accepts(inner.value, level: level, depth: depth + 1, &counts) else { return false }
        }
      case "$defs", "definitions":
        for inner in member.value.members where !accepts(inner.value, level: 0, depth: depth + 1, &counts) {
          return false
        }
      default: return false
      }
    }
    return true
  }

  private static func isKnown(_ type: JSON) -> Bool {
    let types = type.string.map { [$0] } ?? type.elements.map { $0.string ?? "" }
    return !types.isEmpty
      && types.allSatisfy { ["string", "number", "integer", "boolean", "object", "array", "null"].contains($0) }
  }

  private static func isClosed(_ node: JSON) -> Bool {
    guard node["additionalProperties"]?.bool == false else { return false }
    let required = Set((node["required"] ?? .null).elements.compactMap(\.string))
    return (node["properties"] ?? .null).members.allSatisfy { required.contains($0.key) }
  }

  private static func allowsObjects(_ type: JSON?) -> Bool { allows("object", type) }
  private static func allowsArrays(_ type: JSON?) -> Bool { allows("array", type) }

  private static func allows(_ name: StaticString, _ type: JSON?) -> Bool {
    guard let type else { return false }
    return type.isString(name) || type.elements.contains { $0.isString(name) }
  }
}

extension JSONSchemaFormat {
  /// The schema and `strict` as OpenAI's protocols take them.
  ///
  /// What comes from one of them goes as it came. The other protocols hold the model to every schema, so strict mode
  /// is asked for wherever it takes the schema.
  func forOpenAI(_ losses: inout Losses) -> (schema: JSON?, strict: Bool?) {
    guard let schema, strict == nil, !isFromOpenAI(extensions) else { return (schema, strict) }
    let modern = ToolSchema.modern(schema, addsItems: true)
    if let closed = StrictSchema.closed(modern) { return (closed, true) }
    losses.add(.outputSchema, "outside what OpenAI's strict mode takes; asked for, not enforced")
    return (modern, nil)
  }
}

extension Tool {
  /// What `strict` may say of a tool's schema in OpenAI's protocols.
  func strictForOpenAI(_ wanted: Bool?, _ schema: JSON, _ losses: inout Losses) -> Bool? {
    guard wanted == true, !isFromOpenAI(extensions), !StrictSchema.accepts(schema) else { return wanted }
    losses.add(self, .strict, "its schema is outside the subset OpenAI's strict mode takes")
    return nil
  }
}

private func isFromOpenAI(_ extensions: Extensions?) -> Bool {
  extensions?.dialect == .openAIChat || extensions?.dialect == .openAIResponses
}
