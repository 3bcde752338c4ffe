import Testing
import Wire

/// Tool schemas as OpenAI's protocols and Anthropic take them.
@Suite struct ToolSchemaTests {
  typealias Target = SchemaCrossing.Target
  static let vendors: [Target] = [.chat, .responses, .anthropic]

  /// What every vendor must get untouched, byte for byte.
  static let fit: [String] = [
    #"{"type":"object","properties":{}}"#, #"{"type":"object"}"#,
    #"{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":{"a":true,"b":false,"c":{}},"additionalProperties":{"type":"string"}}"#,
    #"{"type":"object","properties":{"format":{"type":"string"},"default":{"type":"null"},"type":{"enum":["STRING",null,1.0]},"$ref":{"type":"string"},"properties":{"type":"object"},"required":{"type":"boolean"},"enum":{"const":{"type":"ARRAY"}},"items":{"type":"array","items":{"type":"string"}}},"required":["type","$ref"]}"#,
    ##"{"type":"object","$defs":{"t":{"type":"object","properties":{"next":{"$ref":"#/$defs/t"}}}},"properties":{"t":{"$ref":"#/$defs/t","description":"d"}}}"##,
    #"{"type":"object","properties":{"a":{"type":["string","null"],"default":null},"b":{"anyOf":[{"type":"string","minLength":1},{"type":"null"}]},"c":{"oneOf":[{"const":1},{"enum":["x"]}],"not":{"const":2}}},"if":{"required":["a"]},"then":{"required":["b"]},"else":{},"patternProperties":{"^x":{}},"propertyNames":{"pattern":"^."},"dependentSchemas":{"a":{"required":["c"]}},"dependentRequired":{"a":["b"]},"minProperties":1,"unevaluatedProperties":false}"#,
    #"{"type":"object","properties":{"a":{"default":{"type":"STRING","items":[1]},"examples":[{"type":"ARRAY"}],"enum":[{"items":[]}]}}}"#,
  ]

  @Test(arguments: fit, vendors)
  func schemasThatFitKeepTheirBytes(schema: String, target: Target) {
    let sent = SchemaCrossing.tool(schema, to: target)
    #expect(sent.schema?.text == schema)
    #expect(sent.losses.isEmpty)
  }

  /// What is said in the words of other drafts, and of none.
  @Test(
    arguments: [
      (#"{"type":"STRING"}"#, #"{"type":"string"}"#), (#"{"type":"any","title":"t"}"#, #"{"title":"t"}"#),
      (#"{"type":"string","description":null,"default":null}"#, #"{"type":"string","default":null}"#),
      (#"{"type":"number","minimum":0,"exclusiveMinimum":true}"#, #"{"type":"number","exclusiveMinimum":0}"#),
      (#"{"type":"number","maximum":9,"exclusiveMaximum":false}"#, #"{"type":"number","maximum":9}"#),
      (
        #"{"type":"array","items":[{"type":"INTEGER"},{}],"additionalItems":false}"#,
        #"{"type":"array","prefixItems":[{"type":"integer"},{}],"items":false}"#
      ),
      (
        #"{"anyOf":[{"type":"STRING"},{"properties":{"items":{"type":"ARRAY","items":{"type":"NUMBER"}}}}]}"#,
        #"{"anyOf":[{"type":"string"},{"properties":{"items":{"type":"array","items":{"type":"number"}}}}]}"#
      ),
    ], vendors)
  func otherDraftsBecomeTheOneThatIsChecked(example: (String, String), target: Target) {
    let sent = SchemaCrossing.property(example.0, to: target)
    #expect(sent.schema?.text == example.1)
    #expect(sent.losses.isEmpty)
  }

  /// OpenAI: "array schema missing items", wherever the array stands and also beside `prefixItems`.
  @Test(arguments: [
    (#"{"type":"array"}"#, #"{"type":"array","items":{}}"#),
    (#"{"type":["array","null"]}"#, #"{"type":["array","null"],"items":{}}"#),
    (#"{"type":"array","items":[]}"#, #"{"type":"array","items":{}}"#),
    (
      #"{"type":"array","prefixItems":[{"type":"number"}]}"#,
      #"{"type":"array","prefixItems":[{"type":"number"}],"items":{}}"#
    ),
    (#"{"anyOf":[{"type":"array"},{"type":"null"}]}"#, #"{"anyOf":[{"type":"array","items":{}},{"type":"null"}]}"#),
    (#"{"additionalProperties":{"type":"array"}}"#, #"{"additionalProperties":{"type":"array","items":{}}}"#),
    (#"{"$defs":{"items":{"type":"array"}}}"#, #"{"$defs":{"items":{"type":"array","items":{}}}}"#),
  ])
  func arraysForOpenAISayTheirItems(schema: String, expected: String) {
    for target in [Target.chat, .responses] {
      #expect(SchemaCrossing.property(schema, to: target).schema?.text == expected)
    }
  }

  /// Roots that no vendor takes, what they become, and what is declared.
  static let roots: [(schema: String, expected: String, lost: [String])] = [
    (#"{"properties":{"a":{}}}"#, #"{"type":"object","properties":{"a":{}}}"#, []),
    (
      #"{"type":["object","null"],"properties":{"a":{}}}"#, #"{"type":"object","properties":{"a":{}}}"#, []
    ),
    // One tool for several actions: none of them is lost.
    (
      #"{"oneOf":[{"properties":{"action":{"const":"add"},"text":{"type":"string"}},"required":["action","text"]},{"properties":{"action":{"const":"drop"},"id":{"type":"integer"},"text":false},"required":["id","action"]}]}"#,
      #"{"type":"object","properties":{"action":{"enum":["add","drop"]},"text":{"type":"string"},"id":{"type":"integer"}},"required":["action"]}"#,
      ["oneOf"]
    ),
    (
      #"{"type":"object","anyOf":[{"properties":{"v":{"type":"string"}}},{"properties":{"v":{"type":"integer"}}},{"properties":{"v":{"type":"string"}}}]}"#,
      #"{"type":"object","properties":{"v":{"anyOf":[{"type":"string"},{"type":"integer"}]}}}"#, ["anyOf"]
    ),
    // At least one of: the properties are the root's own.
    (
      #"{"type":"object","properties":{"a":{"type":"string"},"b":{}},"required":["b"],"anyOf":[{"required":["a"]},{"required":["b"]}]}"#,
      #"{"type":"object","properties":{"a":{"type":"string"},"b":{}},"required":["b"]}"#, ["anyOf"]
    ),
    (
      ##"{"allOf":[{"$ref":"#/$defs/a"},{"properties":{"y":{"minimum":1},"x":{"maxLength":3}},"required":["y"]}],"$defs":{"a":{"properties":{"x":{"type":"string"}},"required":["x"]}}}"##,
      ##"{"type":"object","$defs":{"a":{"properties":{"x":{"type":"string"}},"required":["x"]}},"properties":{"x":{"allOf":[{"type":"string"},{"maxLength":3}]},"y":{"minimum":1}},"required":["x","y"]}"##,
      ["allOf"]
    ),
    (
      ##"{"$ref":"#/definitions/A%20b~1c","definitions":{"A b/c":{"type":"object","description":"d","properties":{"x":{"$ref":"#/definitions/A%20b~1c"}},"required":["x"]}}}"##,
      ##"{"type":"object","definitions":{"A b/c":{"type":"object","description":"d","properties":{"x":{"$ref":"#/definitions/A%20b~1c"}},"required":["x"]}},"description":"d","properties":{"x":{"$ref":"#/definitions/A%20b~1c"}},"required":["x"]}"##,
      []
    ),
    // A root that is itself its alternative ends.
    (
      ##"{"anyOf":[{"$ref":"#"},{"properties":{"a":{}}}]}"##, #"{"type":"object","properties":{"a":{}}}"#, ["anyOf"]
    ),
  ]

  @Test(arguments: roots, vendors)
  func rootsBecomePlainObjects(root: (schema: String, expected: String, lost: [String]), target: Target) {
    let sent = SchemaCrossing.tool(root.schema, to: target)
    #expect(sent.schema?.text == root.expected)
    #expect(sent.paths.map { $0.split(separator: ".").last.map(String.init) ?? "" } == root.lost)
  }

  @Test func OpenAITakesNoValuesAtTheRoot() {
    let schema = #"{"type":"object","properties":{"a":{}},"enum":[{"a":1}],"const":{"a":1},"not":{"required":["b"]}}"#
    for target in [Target.chat, .responses] {
      let sent = SchemaCrossing.tool(schema, to: target)
      #expect(sent.schema?.text == #"{"type":"object","properties":{"a":{}}}"#)
      #expect(sent.losses.count == 3)
    }
    #expect(SchemaCrossing.tool(schema, to: .anthropic).schema?.text == schema)
  }

  /// OpenAI refuses strict mode for schemas outside its subset, so it is asked for only where it will be given.
  @Test(arguments: [
    (#"{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false}"#, true),
    (#"{"type":"object","properties":{},"additionalProperties":false}"#, true),
    (#"{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false}"#, false),
    (#"{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]}"#, false),
    (#"{"type":"object","properties":{"a":{}},"required":["a"],"additionalProperties":false}"#, false),
    (
      #"{"type":"object","properties":{"a":{"type":"string","minLength":1}},"required":["a"],"additionalProperties":false}"#,
      false
    ),
    (
      #"{"type":"object","properties":{"a":{"type":["object","null"]}},"required":["a"],"additionalProperties":false}"#,
      false
    ),
  ])
  func strictIsAskedForWhereItIsGiven(schema: String, isStrict: Bool) {
    let chat = SchemaCrossing.tool(schema, to: .chat, strict: true)
    #expect(chat.strict == (isStrict ? true : nil))
    #expect(chat.paths == (isStrict ? [] : ["tools.strict"]))
    let responses = SchemaCrossing.tool(schema, to: .responses, strict: true)
    #expect(responses.strict == isStrict)
    #expect(responses.paths == (isStrict ? [] : ["tools.strict"]))
  }

  @Test(arguments: vendors)
  func wideAndDeepSchemasStayCheap(target: Target) {
    let wide = (0..<3_000).map { #""p\#($0)":{"type":"array"}"# }.joined(separator: ",")
    let branches = (0..<500).map { #"{"properties":{"a":{"const":\#($0)},"b\#($0)":{}},"required":["a"]}"# }
    let sent = SchemaCrossing.tool(
      #"{"properties":{\#(wide)},"oneOf":[\#(branches.joined(separator: ","))]}"#, to: target)
    #expect(sent.schema?["properties"]?.members.count == 3_501)
    #expect(sent.schema?["properties"]?["a"]?["enum"]?.elements.count == 500)
    #expect(sent.schema?["required"]?.text == #"["a"]"#)
    let deep = String(repeating: #"{"type":"ARRAY","items":"#, count: 200) + "{}" + String(repeating: "}", count: 200)
    #expect(SchemaCrossing.property(deep, to: target).schema?.isObject == true)
    let chain = (0..<2_000).map { ##""d\##($0)":{"allOf":[{"$ref":"#/$defs/d\##($0 + 1)"}]}"## }
    let chained = ##"{"$ref":"#/$defs/d0","$defs":{\##(chain.joined(separator: ","))}}"##
    #expect(SchemaCrossing.tool(chained, to: target).schema?["type"]?.string == "object")
  }
}
