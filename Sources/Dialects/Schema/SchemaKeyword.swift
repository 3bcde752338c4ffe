import Wire

/// The keywords of JSON Schema that hold other schemas or that vendors are particular about.
///
/// Format: https://json-schema.org/draft/2020-12/json-schema-core#section-10
enum SchemaKeyword: String, CaseIterable {
  case items, additionalItems, additionalProperties, contains, contentSchema, `else`, `if`, not, propertyNames, then
  case unevaluatedItems, unevaluatedProperties
  case allOf, anyOf, oneOf, prefixItems
  case defs = "$defs"
  case definitions, dependencies, dependentSchemas, patternProperties, properties
  case type, exclusiveMinimum, exclusiveMaximum, `default`, const, example, `enum`
  case ref = "$ref"

  /// The names in the order of `all`.
  static let table = NameTable(allCases.map(\.rawValue))
  private static let all = Array(allCases)

  /// The keyword at a place of `table`.
  init?(_ place: Int?) {
    guard let place else { return nil }
    self = Self.all[place]
  }

  /// The keyword of that name.
  init?(named name: String) { self.init(Self.table.place(of: name)) }

  /// What the keyword holds.
  func place(holding value: JSON) -> SchemaTree.Place {
    switch self {
    case .items: value.isArray ? .list : .schema
    case .additionalItems, .additionalProperties, .contains, .contentSchema, .else, .if, .not, .propertyNames, .then,
      .unevaluatedItems, .unevaluatedProperties:
      .schema
    case .allOf, .anyOf, .oneOf, .prefixItems: .list
    case .defs, .definitions, .dependencies, .dependentSchemas, .patternProperties, .properties: .map
    case .type, .exclusiveMinimum, .exclusiveMaximum, .default, .const, .example, .enum, .ref: .data
    }
  }
}
