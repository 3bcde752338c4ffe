import Wire

/// JSON schemas as Anthropic takes them.
///
/// Tools: https://platform.claude.com/docs/en/agents-and-tools/tool-use/overview
/// Structured outputs: https://platform.claude.com/docs/en/build-with-claude/structured-outputs
enum AnthropicSchema {
  /// Constraints that structured outputs refuse; said in the description instead.
  private static let refused: Set<String> = [
    "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern",
    "maxItems", "uniqueItems", "contains", "minContains", "maxContains", "minProperties", "maxProperties",
    "patternProperties", "propertyNames", "dependentRequired", "dependentSchemas", "not", "if", "then", "else",
    "unevaluatedProperties", "unevaluatedItems",
  ]
  private static let formats: Set<String> = [
    "date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid",
  ]
  private static let combinators = ["oneOf", "anyOf", "allOf"]

  // MARK: - Tools

  /// A tool's schema with an object at its root.
  ///
  /// Alternatives at the root, which Anthropic refuses, are merged into one
  /// set of properties and told to `merged`.
  static func toolInput(_ schema: JSON?, merged: (String) -> Void) -> JSON {
    guard let schema, schema.isObject, !schema.members.isEmpty else { return emptyInput }
    let found = combinators.filter { schema[name: $0] != nil }
    if found.isEmpty, schema["type"]?.isString("object") == true { return schema }
    for keyword in found { merged(keyword) }
    let properties = found.isEmpty ? nil : mergedProperties(schema, found)
    return JSON { writer in
      writer.object { writer in
        if schema["type"] == nil { writer.member("type", static: "object") }
        for member in schema.members {
          if found.contains(member.key) { continue }
          if member.isNamed("type") {
            writer.member("type", static: "object")
          } else if member.isNamed("properties"), properties != nil {
            continue
          } else {
            writer.key(named: member.key)
            writer.value(member.value)
          }
        }
        if let properties { writer.member("properties", properties) }
      }
    }
  }

  private static let emptyInput = JSON { writer in
    writer.object { writer in
      writer.member("type", static: "object")
      writer.object("properties") { _ in }
    }
  }

  private static func mergedProperties(_ schema: JSON, _ keywords: [String]) -> JSON {
    JSON { writer in
      writer.object { writer in
        var names: Set<String> = []
        func write(_ properties: JSON?) {
          for member in properties?.members ?? JSON.null.members where names.insert(member.key).inserted {
            writer.key(named: member.key)
            writer.value(member.value)
          }
        }
        write(schema["properties"])
        for keyword in keywords {
          for variant in schema[name: keyword]?.elements ?? JSON.null.elements { write(variant["properties"]) }
        }
      }
    }
  }

  /// Whether a schema is already within what Anthropic enforces, so that `strict` may be asked for.
  static func isStrictReady(_ schema: JSON) -> Bool {
    var changes: [String] = []
    let output = structured(schema, path: "") { changes.append($0) }
    return changes.isEmpty && output == schema
  }

  // MARK: - Structured outputs

  /// A schema for structured outputs: closed objects, refused constraints moved into descriptions and told to `moved`.
  static func structured(_ schema: JSON, path: String, moved: (String) -> Void) -> JSON {
    guard schema.isObject else { return schema }
    if schema["$ref"] != nil { return reference(schema, path: path, moved: moved) }
    var notes: [String] = []
    for member in schema.members where isRefused(member) {
      notes.append("\(member.key): \(member.value.text)")
      moved(path.isEmpty ? member.key : "\(path).\(member.key)")
    }
    let isObject = schema["type"]?.isString("object") == true || schema["properties"] != nil
    return JSON { writer in
      writer.object { writer in
        var described = false
        for member in schema.members {
          if isRefused(member) { continue }
          if member.isNamed("description"), let text = member.value.string, !notes.isEmpty {
            described = true
            writer.member("description", description(text, notes))
          } else if member.isNamed("additionalProperties"), isObject {
            if member.value.bool != false, member.value.isObject { moved(path + ".additionalProperties") }
            writer.member("additionalProperties", false)
          } else if member.isNamed("oneOf") {
            writer.key("anyOf")
            write(member.value, of: member.key, path: path, to: &writer, moved: moved)
          } else {
            writer.key(named: member.key)
            write(member.value, of: member.key, path: path, to: &writer, moved: moved)
          }
        }
        if !notes.isEmpty, !described { writer.member("description", description(nil, notes)) }
        if isObject, schema["additionalProperties"] == nil { writer.member("additionalProperties", false) }
      }
    }
  }

  private static func isRefused(_ member: JSONMember) -> Bool {
    let key = member.key
    if key == "minItems" { return (member.value.int ?? 2) > 1 }
    if key == "format" { return member.value.string.map { !formats.contains($0) } ?? true }
    return refused.contains(key)
  }

  private static func description(_ text: String?, _ notes: [String]) -> String {
    let list = "{" + notes.joined(separator: ", ") + "}"
    guard let text, !text.isEmpty else { return list }
    return text + "\n\n" + list
  }

  /// A reference stands alone, but the definitions of a root must stay.
  private static func reference(_ schema: JSON, path: String, moved: (String) -> Void) -> JSON {
    JSON { writer in
      writer.object { writer in
        for member in schema.members {
          guard member.isNamed("$ref") || member.isNamed("$defs") || member.isNamed("definitions") else { continue }
          writer.key(named: member.key)
          write(member.value, of: member.key, path: path, to: &writer, moved: moved)
        }
      }
    }
  }

  private static func write(
    _ value: JSON, of key: String, path: String, to writer: inout JSONWriter, moved: (String) -> Void
  ) {
    let place = path.isEmpty ? key : "\(path).\(key)"
    switch key {
    case "properties", "$defs", "definitions":
      guard value.isObject else { return writer.value(value) }
      writer.object { writer in
        for member in value.members {
          writer.key(named: member.key)
          writer.value(structured(member.value, path: "\(place).\(member.key)", moved: moved))
        }
      }
    case "anyOf", "allOf", "oneOf", "prefixItems":
      guard value.isArray else { return writer.value(value) }
      writer.array { writer in
        for element in value.elements { writer.value(structured(element, path: place, moved: moved)) }
      }
    case "items":
      writer.value(structured(value, path: place, moved: moved))
    default:
      writer.value(value)
    }
  }
}
