import Wire

extension GeminiSchema {
  /// The keywords whose meaning in the OpenAPI subset may differ from that in JSON Schema.
  private enum Keyword: String, CaseIterable {
    case properties
    case defs = "$defs"
    case items, additionalProperties
    case anyOf, allOf, oneOf, prefixItems
    case type, `enum`, format
    case minItems, maxItems, minLength, maxLength, minProperties, maxProperties
    // Those that JSON Schema does not have.
    case nullable, propertyOrdering, ref, example
    case plainDefs = "defs"
    case snakeOrdering = "property_ordering"
    case snakeAdditional = "additional_properties"
    case snakeAny = "any_of"
    case snakeMinItems = "min_items"
    case snakeMaxItems = "max_items"
    case snakeMinLength = "min_length"
    case snakeMaxLength = "max_length"
    case snakeMinProperties = "min_properties"
    case snakeMaxProperties = "max_properties"

    static let table = NameTable(allCases.map(\.rawValue))
    static let all = Array(allCases)
  }

  /// Whether a schema of the subset is JSON Schema as it stands, so that its bytes can stay.
  static func isJSONSchema(_ schema: JSON, depth: Int) -> Bool {
    guard schema.isObject, depth < SchemaTree.depthLimit else { return true }
    var isPlain = true
    schema.forEachMember(in: Keyword.table) { name, value in
      if let name { isPlain = isJSONSchema(Keyword.all[name], value, in: schema, depth: depth) }
      return isPlain
    }
    return isPlain
  }

  private static func isJSONSchema(_ keyword: Keyword, _ value: JSON, in schema: JSON, depth: Int) -> Bool {
    switch keyword {
    case .properties, .defs:
      var isPlain = true
      value.forEachMember { inner in
        isPlain = isJSONSchema(inner, depth: depth + 1)
        return isPlain
      }
      return isPlain
    case .items, .additionalProperties: return isJSONSchema(value, depth: depth + 1)
    case .anyOf: return value.isArray && value.elements.allSatisfy { isJSONSchema($0, depth: depth + 1) }
    case .allOf, .oneOf, .prefixItems: return value.elements.allSatisfy { isJSONSchema($0, depth: depth + 1) }
    case .type: return !value.isString || isType(value)
    case .enum:
      // Numbers may stand there as text.
      return schema["type"].map { !$0.isString || $0.isString("string") } ?? true
    case .format: return !value.isString("enum")
    case .minItems, .maxItems, .minLength, .maxLength, .minProperties, .maxProperties: return !value.isString
    default: return false
    }
  }

  private static func isType(_ type: JSON) -> Bool {
    type.isString("string") || type.isString("object") || type.isString("integer") || type.isString("number")
      || type.isString("boolean") || type.isString("array") || type.isString("null")
  }
}
