import Wire

/// Where schemas stand inside a JSON Schema, so that a property *named* `format` is not taken for the keyword and the
/// data in `default` or `enum` not for schemas.
///
/// Format: https://json-schema.org/draft/2020-12/json-schema-core#section-10
enum SchemaTree {
  /// What a keyword holds.
  enum Place {
    case schema, list, map, data

    init(_ keyword: String, _ value: JSON) { self = SchemaKeyword(named: keyword)?.place(holding: value) ?? .data }
  }

  /// The members that stand in a schema's place.
  typealias Members = [(key: String, value: JSON)]

  /// Deeper schemas are left as they are, so that none is too deep for the stack.
  static let depthLimit = 128

  /// The schema with the members that `edit` wants in its and every inner schema's place; nil leaves one as it is.
  ///
  /// Where no schema has a `misfit` the bytes stay, so that prompt caches hold.
  static func edited(_ schema: JSON, where misfit: Misfit, _ edit: (JSON) -> Members) -> JSON {
    guard contains(schema, depth: 0, misfit) else { return schema }
    return JSON { write(schema, depth: 0, to: &$0) { hasMisfit($0, misfit) ? edit($0) : nil } }
  }

  /// Whether a member makes its schema one to be edited; nil for a name that is no keyword of ours.
  typealias Misfit = (_ schema: JSON, _ keyword: SchemaKeyword?, _ value: JSON) -> Bool

  private static func hasMisfit(_ schema: JSON, _ misfit: Misfit) -> Bool {
    var isFound = false
    schema.forEachMember(in: SchemaKeyword.table) { name, value in
      isFound = misfit(schema, SchemaKeyword(name), value)
      return !isFound
    }
    return isFound
  }

  private static func contains(_ schema: JSON, depth: Int, _ misfit: Misfit) -> Bool {
    guard schema.isObject, depth < depthLimit else { return false }
    var isFound = false
    schema.forEachMember(in: SchemaKeyword.table) { name, value in
      let keyword = SchemaKeyword(name)
      if misfit(schema, keyword, value) {
        isFound = true
        return false
      }
      switch keyword?.place(holding: value) {
      case .schema: isFound = contains(value, depth: depth + 1, misfit)
      case .list: isFound = value.elements.contains { contains($0, depth: depth + 1, misfit) }
      case .map:
        value.forEachMember { inner in
          isFound = contains(inner, depth: depth + 1, misfit)
          return !isFound
        }
      case .data, nil: break
      }
      return !isFound
    }
    return isFound
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
