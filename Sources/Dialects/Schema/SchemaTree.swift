import Wire

/// Where schemas stand inside a JSON Schema, so that a property *named* `format` is not taken for the keyword and the
/// data in `default` or `enum` not for schemas.
///
/// Format: https://json-schema.org/draft/2020-12/json-schema-core#section-10
enum SchemaTree {
  /// What a keyword holds.
  enum Place {
    case schema, list, map, data

    init(_ keyword: String, _ value: JSON) {
      switch keyword {
      case "items": self = value.isArray ? .list : .schema
      case "additionalItems", "additionalProperties", "contains", "contentSchema", "else", "if", "not", "propertyNames",
        "then", "unevaluatedItems", "unevaluatedProperties":
        self = .schema
      case "allOf", "anyOf", "oneOf", "prefixItems": self = .list
      case "$defs", "definitions", "dependencies", "dependentSchemas", "patternProperties", "properties": self = .map
      default: self = .data
      }
    }
  }

  /// The members that stand in a schema's place.
  typealias Members = [(key: String, value: JSON)]

  /// Deeper schemas are left as they are, so that none is too deep for the stack.
  static let depthLimit = 128

  /// The schema with the members that `edit` wants in its and every inner schema's place; nil leaves one as it is.
  ///
  /// Where no schema is edited the bytes stay, so that prompt caches hold.
  static func edited(_ schema: JSON, _ edit: (JSON) -> Members?) -> JSON {
    guard contains(schema, depth: 0, { edit($0) != nil }) else { return schema }
    return JSON { write(schema, depth: 0, to: &$0, edit) }
  }

  /// Whether a schema, or one inside it, is as `test` says.
  static func contains(_ schema: JSON, where test: (JSON) -> Bool) -> Bool { contains(schema, depth: 0, test) }

  private static func contains(_ schema: JSON, depth: Int, _ test: (JSON) -> Bool) -> Bool {
    guard schema.isObject, depth < depthLimit else { return false }
    if test(schema) { return true }
    for member in schema.members {
      switch Place(member.key, member.value) {
      case .schema: if contains(member.value, depth: depth + 1, test) { return true }
      case .list: for inner in member.value.elements where contains(inner, depth: depth + 1, test) { return true }
      case .map: for inner in member.value.members where contains(inner.value, depth: depth + 1, test) { return true }
      case .data: continue
      }
    }
    return false
  }

  private static func write(_ schema: JSON, depth: Int, to writer: inout JSONWriter, _ edit: (JSON) -> Members?) {
    guard schema.isObject, depth < depthLimit else { return writer.value(schema) }
    let members = edit(schema) ?? schema.members.map { ($0.key, $0.value) }
    writer.object { writer in
      for (key, value) in members {
        writer.key(named: key)
        switch Place(key, value) {
        case .schema: write(value, depth: depth + 1, to: &writer, edit)
        case .list where value.isArray:
          writer.array { writer in
            for inner in value.elements { write(inner, depth: depth + 1, to: &writer, edit) }
          }
        case .map where value.isObject:
          writer.object { writer in
            for inner in value.members {
              writer.key(named: inner.key)
              write(inner.value, depth: depth + 1, to: &writer, edit)
            }
          }
        default: writer.value(value)
        }
      }
    }
  }
}
