import Wire

/// JSON schemas for Anthropic's structured outputs and strict tools.
///
/// Format: https://platform.claude.com/docs/en/build-with-claude/structured-outputs
enum AnthropicSchema {
  /// What became of a part of a schema that Anthropic does not enforce.
  enum Change: String {
    case told = "not enforced by Anthropic; said in the description"
    case closed = "Anthropic closes every object; only its properties can be answered"
    case alone = "left out, for Anthropic takes nothing beside a reference"
  }

  /// Tells a path inside the schema and what changed there.
  typealias Report = (String, Change) -> Void

  private static let formats: Set<String> = [
    "date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid",
  ]

  /// Whether a schema is already within what Anthropic enforces, so that `strict` may be asked for.
  static func isStrictReady(_ schema: JSON) -> Bool {
    var isChanged = false
    let output = structured(schema) { _, _ in isChanged = true }
    return !isChanged && isEnforceable(schema) && output == schema
  }

  /// A schema for structured outputs: closed objects, refused constraints moved into descriptions.
  static func structured(_ schema: JSON, report: Report) -> JSON {
    JSON { write(schema, path: "", depth: 0, to: &$0, report) }
  }

  // MARK: - References

  /// Whether Anthropic takes the schema's references: inside the schema, not recursive, with no constraint beside them.
  static func isEnforceable(_ schema: JSON) -> Bool {
    var walk = ReferenceWalk(references: SchemaReferences(root: schema))
    return walk.isFinite(schema, depth: 0)
  }

  private struct ReferenceWalk {
    var references: SchemaReferences
    /// Where the walk is; `#` is the whole schema.
    var active: Set<String> = ["#"]
    var done: Set<String> = []

    mutating func isFinite(_ schema: JSON, depth: Int) -> Bool {
      guard depth < SchemaTree.depthLimit, !AnthropicSchema.isConstrained(schema) else { return false }
      if let reference = schema["$ref"]?.string, !done.contains(reference) {
        guard active.insert(reference).inserted, let target = references.target(of: reference),
          isFinite(target, depth: depth + 1)
        else { return false }
        active.remove(reference)
        done.insert(reference)
      }
      for member in schema.members {
        switch SchemaTree.Place(member.key, member.value) {
        case .schema: guard isFinite(member.value, depth: depth + 1) else { return false }
        case .list:
          let isLimited = member.isNamed("allOf") && member.value.elements.count > 1
          for inner in member.value.elements {
            guard isFinite(inner, depth: depth + 1), !isLimited || inner["$ref"] == nil else { return false }
          }
        case .map:
          // Definitions that nothing uses may be what they like.
          guard !member.isNamed("$defs"), !member.isNamed("definitions") else { continue }
          for inner in member.value.members where !isFinite(inner.value, depth: depth + 1) { return false }
        case .data: continue
        }
      }
      return true
    }
  }

  /// Whether constraints stand beside a reference, which alone would allow more.
  private static func isConstrained(_ schema: JSON) -> Bool {
    guard onlyReference(of: schema) != nil else { return false }
    return schema.members.contains { member in
      switch member.key {
      case "$ref", "title", "description", "default", "example", "examples", "deprecated", "readOnly", "writeOnly",
        "definitions":
        false
      case "allOf": schema["$ref"] != nil
      default: !member.key.hasPrefix("$")
      }
    }
  }

  // MARK: - Writing

  private static func write(
    _ schema: JSON, path: String, depth: Int, to writer: inout JSONWriter, _ report: Report
  ) {
    guard schema.isObject, depth < SchemaTree.depthLimit else { return writer.value(schema) }
    if let reference = onlyReference(of: schema) {
      return write(reference, beside: schema, path: path, depth: depth, to: &writer, report)
    }
    func place(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
    let isObject = allowsObjects(schema)
    var notes: [String] = []
    for member in schema.members where isRefused(member, of: schema, isObject: isObject) {
      notes.append("\(member.key): \(member.value.text)")
      report(place(member.key), .told)
    }
    if isObject, schema["additionalProperties"] == nil, schema["properties"] == nil {
      report(place("additionalProperties"), .closed)
    }
    writer.object { writer in
      var isDescribed = false
      for member in schema.members {
        if member.isNamed("additionalProperties"), isObject {
          writer.member("additionalProperties", false)
        } else if isRefused(member, of: schema, isObject: isObject) {
          continue
        } else if member.isNamed("description"), let text = member.value.string, !notes.isEmpty {
          isDescribed = true
          writer.member("description", description(text, notes))
        } else {
          // Anthropic knows no `oneOf`.
          writer.key(named: member.isNamed("oneOf") ? "anyOf" : member.key)
          writeInner(member, path: place(member.key), depth: depth, to: &writer, report)
        }
      }
      if !notes.isEmpty, !isDescribed { writer.member("description", description(nil, notes)) }
      if isObject, schema["additionalProperties"] == nil { writer.member("additionalProperties", false) }
    }
  }

  /// The `$ref`, also the one that a lone `allOf` holds.
  private static func onlyReference(of schema: JSON) -> JSON? {
    if let reference = schema["$ref"] { return reference }
    guard let list = schema["allOf"], list.elements.count == 1, let first = list.elements.first else { return nil }
    return first.members.count == 1 ? first["$ref"] : nil
  }

  /// A reference stands alone, but the definitions of a root must stay.
  private static func write(
    _ reference: JSON, beside schema: JSON, path: String, depth: Int, to writer: inout JSONWriter, _ report: Report
  ) {
    writer.object { writer in
      if schema["$ref"] == nil { writer.member("$ref", reference) }
      for member in schema.members {
        let place = path.isEmpty ? member.key : "\(path).\(member.key)"
        switch member.key {
        case "$ref", "$defs", "definitions":
          writer.key(named: member.key)
          writeInner(member, path: place, depth: depth, to: &writer, report)
        case "allOf" where schema["$ref"] == nil: continue
        case "$schema", "$id", "$comment", "$anchor", "title": continue
        default: report(place, .alone)
        }
      }
    }
  }

  private static func allowsObjects(_ schema: JSON) -> Bool {
    guard schema["properties"] == nil, let type = schema["type"] else { return schema["properties"] != nil }
    return type.isString("object") || type.elements.contains { $0.isString("object") }
  }

  private static func isRefused(_ member: JSONMember, of schema: JSON, isObject: Bool) -> Bool {
    let value = member.value
    switch member.key {
    case "type", "title", "description", "properties", "required", "anyOf", "$ref", "$defs", "definitions", "default",
      "$schema", "$id", "$comment", "$anchor":
      return false
    case "enum": return !value.elements.allSatisfy(isPrimitive)
    case "const": return !isPrimitive(value)
    case "items": return value.isArray
    case "minItems": return (value.int ?? 2) > 1
    case "format": return value.string.map { !formats.contains($0) } ?? true
    case "oneOf": return schema["anyOf"] != nil
    case "allOf": return schema["anyOf"] != nil || schema["oneOf"] != nil
    case "additionalProperties": return isObject ? value.bool != false : true
    default: return true
    }
  }

  private static func isPrimitive(_ value: JSON) -> Bool { !value.isObject && !value.isArray }

  private static func description(_ text: String?, _ notes: [String]) -> String {
    let list = "{" + notes.joined(separator: ", ") + "}"
    guard let text, !text.isEmpty else { return list }
    return text + "\n\n" + list
  }

  private static func writeInner(
    _ member: JSONMember, path: String, depth: Int, to writer: inout JSONWriter, _ report: Report
  ) {
    let value = member.value
    switch SchemaTree.Place(member.key, value) {
    case .schema: write(value, path: path, depth: depth + 1, to: &writer, report)
    case .list where value.isArray:
      writer.array { writer in
        for inner in value.elements { write(inner, path: path, depth: depth + 1, to: &writer, report) }
      }
    case .map where value.isObject:
      writer.object { writer in
        for inner in value.members {
          writer.key(named: inner.key)
          write(inner.value, path: "\(path).\(inner.key)", depth: depth + 1, to: &writer, report)
        }
      }
    default: writer.value(value)
    }
  }
}
