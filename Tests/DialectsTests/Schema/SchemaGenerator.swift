/// Makes JSON Schemas from a seed: every keyword of draft-07 and 2020-12, sensible and not.
struct SchemaGenerator {
  private var state: UInt64
  private var left = 60
  private static let names = [
    "a", "format", "default", "type", "$ref", "properties", "required", "enum", "items", "anyOf", "a/b~c", "é", "",
  ]

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }

  private mutating func next(_ bound: Int) -> Int {
    state = state &+ 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((bits ^ (bits >> 31)) % UInt64(bound))
  }

  private mutating func pick<T>(_ list: [T]) -> T { list[next(list.count)] }

  /// A tool's schema with definitions.
  mutating func root() -> String {
    let properties = (0..<3).map { "\"p\($0)\":\(schema(0))" }.joined(separator: ",")
    let extra = next(3) == 0 ? "," + keyword(1) : ""
    let definitions = (0..<3).map { "\"d\($0)\":\(schema(2))" }.joined(separator: ",")
    return #"{"type":"object","properties":{\#(properties)}\#(extra),"$defs":{\#(definitions)}}"#
  }

  private mutating func schema(_ depth: Int) -> String {
    left -= 1
    guard left > 0, depth < 5 else { return #"{"type":"string"}"# }
    if next(20) == 0 { return pick(["true", "false", "{}"]) }
    var members: [String] = []
    if next(4) != 0 { members.append(type()) }
    for _ in 0..<next(4) {
      let member = keyword(depth)
      let key = member.prefix { $0 != ":" }
      if !members.contains(where: { $0.hasPrefix(key) }) { members.append(member) }
    }
    return "{\(members.joined(separator: ","))}"
  }

  private mutating func type() -> String {
    let types = ["string", "integer", "number", "boolean", "object", "array", "null"]
    if next(5) == 0 { return #""type":["\#(pick(types))","\#(pick(types))"]"# }
    return #""type":"\#(pick(types))""#
  }

  private mutating func list(_ depth: Int) -> String {
    (0...(1 + next(2))).map { _ in schema(depth + 1) }.joined(separator: ",")
  }

  private mutating func map(_ depth: Int) -> String {
    (0...next(2)).map { index in "\"\(pick(Self.names))\(index)\":\(schema(depth + 1))" }.joined(separator: ",")
  }

  private mutating func keyword(_ depth: Int) -> String {
    switch next(34) {
    case 0: #""properties":{\#(map(depth))}"#
    case 1: #""required":["\#(pick(Self.names))0","gone"]"#
    case 2: #""items":\#(schema(depth + 1))"#
    case 3: #""items":[\#(list(depth))]"#
    case 4: #""prefixItems":[\#(list(depth))]"#
    case 5: #""anyOf":[\#(list(depth))]"#
    case 6: #""oneOf":[\#(list(depth))]"#
    case 7: #""allOf":[\#(list(depth))]"#
    case 8, 9: ##""$ref":"#/$defs/d\##(next(4))""##
    case 10: #""enum":["x","y"]"#
    case 11: #""enum":[\#(pick(["1,2", "null,\"x\"", "true", "\"\",\"z\"", "[1],{}"]))]"#
    case 12: #""const":\#(pick(["1", "\"c\"", "false"]))"#
    case 13: #""minimum":\#(next(9))"#
    case 14: #""exclusiveMaximum":\#(pick(["9", "1.5"]))"#
    case 15: #""minLength":\#(next(9))"#
    case 16: #""maxItems":\#(next(9))"#
    case 17: #""pattern":"^a""#
    case 18: #""format":"\#(pick(["date-time", "uri", "int64", "float", "enum"]))""#
    case 19: #""additionalProperties":\#(pick(["false", "{\"type\":\"array\"}"]))"#
    case 20: #""patternProperties":{"^x":\#(schema(depth + 1))}"#
    case 21: #""propertyNames":{"maxLength":3}"#
    case 22: #""if":{"minProperties":1},"then":\#(schema(depth + 1))"#
    case 23: #""not":{"const":3}"#
    case 24: #""dependentSchemas":{"a":{"required":["b"]}}"#
    case 25: #""dependentRequired":{"a":["b"]}"#
    case 26: #""contains":{"type":"string"},"minContains":2"#
    case 27: #""uniqueItems":true"#
    case 28: #""multipleOf":3"#
    case 29: #""unevaluatedProperties":false"#
    case 30: #""default":{"type":"x"}"#
    case 31: #""nullable":true"#
    case 32: #""minProperties":1"#
    default: #""description":"d\#(next(9))""#
    }
  }
}
