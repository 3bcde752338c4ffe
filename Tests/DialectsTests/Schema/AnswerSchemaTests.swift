import Testing
import Wire

/// Schemas of structured answers, which the vendors enforce within limits of their own.
@Suite struct AnswerSchemaTests {
  typealias Target = SchemaCrossing.Target

  /// From protocols that enforce every schema to OpenAI's, which enforce those within a subset.
  @Test(arguments: [
    // As it is.
    (
      #"{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"],"additionalProperties":false}"#,
      #"{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"],"additionalProperties":false}"#, true
    ),
    // Closing the objects is enough.
    (
      #"{"type":"object","properties":{"n":{"type":"array","items":{"type":"object","properties":{"additionalProperties":{"type":"string","format":"date"}},"required":["additionalProperties"]}}},"required":["n"]}"#,
      #"{"type":"object","properties":{"n":{"type":"array","items":{"type":"object","properties":{"additionalProperties":{"type":"string","format":"date"}},"required":["additionalProperties"],"additionalProperties":false}}},"required":["n"],"additionalProperties":false}"#,
      true
    ),
    (
      ##"{"type":"object","properties":{"t":{"$ref":"#/$defs/t"}},"required":["t"],"$defs":{"t":{"type":"object","properties":{"next":{"anyOf":[{"$ref":"#/$defs/t"},{"type":"null"}]}},"required":["next"]}}}"##,
      ##"{"type":"object","properties":{"t":{"$ref":"#/$defs/t"}},"required":["t"],"$defs":{"t":{"type":"object","properties":{"next":{"anyOf":[{"$ref":"#/$defs/t"},{"type":"null"}]}},"required":["next"],"additionalProperties":false}},"additionalProperties":false}"##,
      true
    ),
    // An optional property: nulls in its place are not what the client's schema allows.
    (
      #"{"type":"object","properties":{"a":{"type":"string"}}}"#,
      #"{"type":"object","properties":{"a":{"type":"string"}}}"#,
      false
    ),
    (#"{"type":"object"}"#, #"{"type":"object"}"#, false),
    (
      #"{"type":"object","properties":{"a":{"oneOf":[{"type":"string"}]}},"required":["a"]}"#,
      #"{"type":"object","properties":{"a":{"oneOf":[{"type":"string"}]}},"required":["a"]}"#, false
    ),
    (
      ##"{"type":"object","properties":{"a":{"$ref":"#/$defs/x","description":"d"}},"required":["a"],"$defs":{"x":{"type":"string"}}}"##,
      ##"{"type":"object","properties":{"a":{"$ref":"#/$defs/x","description":"d"}},"required":["a"],"$defs":{"x":{"type":"string"}}}"##,
      false
    ),
    (
      #"{"type":"object","properties":{"a":{"type":"ARRAY"}},"required":["a"]}"#,
      #"{"type":"object","properties":{"a":{"type":"array","items":{}}},"required":["a"]}"#, false
    ),
  ])
  func OpenAIEnforcesWhatItCan(schema: String, expected: String, isStrict: Bool) {
    let chat = SchemaCrossing.answer(schema, to: .chat)
    #expect(chat.schema?.text == expected)
    #expect(chat.strict == (isStrict ? true : nil))
    let responses = SchemaCrossing.answer(schema, to: .responses)
    #expect(responses.schema?.text == expected)
    #expect(responses.strict == isStrict)
    for sent in [chat, responses] { #expect(sent.paths == (isStrict ? [] : ["response_format.schema"])) }
  }

  @Test func whatAnOpenAIClientSaysOfStrictStays() {
    for strict in [true, false] {
      let sent = SchemaCrossing.answer(#"{"type":"object"}"#, to: .chat, strict: strict)
      #expect(sent.strict == strict && sent.losses.isEmpty)
    }
  }

  @Test func schemasBeyondOpenAIsLimitsAreNotEnforced() {
    func object(_ properties: [(String, String)]) -> String {
      let list = properties.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",")
      let names = properties.map { "\"\($0.0)\"" }.joined(separator: ",")
      return #"{"type":"object","properties":{\#(list)},"required":[\#(names)]}"#
    }
    let wide = object((0..<5_001).map { ("p\($0)", #"{"type":"string"}"#) })
    let deep = (0..<11).reduce(#"{"type":"string"}"#) { inner, _ in object([("a", inner)]) }
    let fine = (0..<10).reduce(#"{"type":"string"}"#) { inner, _ in object([("a", inner)]) }
    let values = (0..<1_001).map { "\"\($0)\"" }.joined(separator: ",")
    let many = object([("a", #"{"type":"string","enum":[\#(values)]}"#)])
    #expect([wide, deep, many].map { SchemaCrossing.answer($0, to: .responses).strict } == [false, false, false])
    #expect(SchemaCrossing.answer(fine, to: .responses).strict == true)
  }

  // MARK: - Anthropic

  @Test(arguments: [
    // Limits in words.
    (
      #"{"type":"array","minItems":2,"maxItems":3,"uniqueItems":true,"items":{"type":"string","pattern":"^a","format":"uri"}}"#,
      #"{"type":"array","items":{"type":"string","format":"uri","description":"{pattern: \"^a\"}"},"description":"{minItems: 2, maxItems: 3, uniqueItems: true}"}"#,
      ["minItems", "maxItems", "uniqueItems", "items.pattern"]
    ),
    // Properties named like keywords are properties.
    (
      #"{"type":"object","properties":{"format":{"type":"string"},"minimum":{"type":"integer"},"$ref":{"type":"string"},"oneOf":{"const":1}},"additionalProperties":false}"#,
      #"{"type":"object","properties":{"format":{"type":"string"},"minimum":{"type":"integer"},"$ref":{"type":"string"},"oneOf":{"const":1}},"additionalProperties":false}"#,
      []
    ),
    // A map's values are told; the object is closed.
    (
      #"{"type":["object","null"],"additionalProperties":{"type":"integer"}}"#,
      #"{"type":["object","null"],"additionalProperties":false,"description":"{additionalProperties: {\"type\":\"integer\"}}"}"#,
      ["additionalProperties"]
    ),
    (#"{"type":"object"}"#, #"{"type":"object","additionalProperties":false}"#, ["additionalProperties"]),
    // Tuples of both drafts.
    (
      #"{"type":"array","items":[{"type":"string"}]}"#,
      #"{"type":"array","description":"{items: [{\"type\":\"string\"}]}"}"#, ["items"]
    ),
    (
      #"{"type":"array","prefixItems":[{"type":"string"}]}"#,
      #"{"type":"array","description":"{prefixItems: [{\"type\":\"string\"}]}"}"#, ["prefixItems"]
    ),
    // One member for two combinators.
    (
      #"{"anyOf":[{"type":"string"}],"oneOf":[{"type":"string"}],"allOf":[{"type":"string"}]}"#,
      #"{"anyOf":[{"type":"string"}],"description":"{oneOf: [{\"type\":\"string\"}], allOf: [{\"type\":\"string\"}]}"}"#,
      ["oneOf", "allOf"]
    ),
    (#"{"oneOf":[{"type":"string"},{"type":"null"}]}"#, #"{"anyOf":[{"type":"string"},{"type":"null"}]}"#, []),
    // Values that are no scalars.
    (#"{"enum":["a",1,null,true]}"#, #"{"enum":["a",1,null,true]}"#, []),
    (#"{"enum":[[1]]}"#, #"{"description":"{enum: [[1]]}"}"#, ["enum"]),
    // References stand alone.
    (
      ##"{"anyOf":[{"$ref":"#/$defs/a","description":"d"},{"allOf":[{"$ref":"#/$defs/a"}],"default":1}],"$defs":{"a":{"type":"integer","minimum":1}}}"##,
      ##"{"anyOf":[{"$ref":"#/$defs/a"},{"$ref":"#/$defs/a"}],"$defs":{"a":{"type":"integer","description":"{minimum: 1}"}}}"##,
      ["anyOf.description", "anyOf.default", "$defs.a.minimum"]
    ),
    (
      #"{"type":"object","properties":{"a":{"type":"string"}},"patternProperties":{"^x":{}},"if":{"required":["a"]},"then":{},"dependentRequired":{"a":["b"]},"not":{}}"#,
      #"{"type":"object","properties":{"a":{"type":"string"}},"description":"{patternProperties: {\"^x\":{}}, if: {\"required\":[\"a\"]}, then: {}, dependentRequired: {\"a\":[\"b\"]}, not: {}}","additionalProperties":false}"#,
      ["patternProperties", "if", "then", "dependentRequired", "not"]
    ),
  ])
  func AnthropicEnforcesWhatItCan(schema: String, expected: String, lost: [String]) {
    let sent = SchemaCrossing.answer(schema, to: .anthropic)
    #expect(sent.schema?.text == expected)
    #expect(sent.paths == lost.map { "response_format.schema.\($0)" })
  }

  /// Anthropic refuses recursion: the schema then stands in the system text.
  @Test(arguments: [
    ##"{"type":"object","properties":{"next":{"$ref":"#"}}}"##,
    ##"{"$ref":"#/$defs/a","$defs":{"a":{"type":"array","items":{"$ref":"#/$defs/b"}},"b":{"anyOf":[{"$ref":"#/$defs/a"}]}}}"##,
    ##"{"type":"array","items":{"$ref":"#/$defs/none"}}"##, #"{"$ref":"https://example.com/schema.json"}"#,
    ##"{"allOf":[{"$ref":"#/$defs/a"},{"type":"object"}],"$defs":{"a":{"type":"object"}}}"##,
    ##"{"items":{"$ref":"#/$defs/a","minItems":1},"$defs":{"a":{"type":"array"}}}"##,
    ##"{"items":{"allOf":[{"$ref":"#/$defs/a"}],"maxItems":1},"$defs":{"a":{"type":"array"}}}"##,
  ])
  func whatAnthropicCannotEnforceIsAskedFor(schema: String) {
    let sent = SchemaCrossing.answer(schema, to: .anthropic)
    #expect(sent.schema == nil)
    #expect(sent.paths == ["response_format"])
    #expect(sent.body["system"]?.text.contains("JSON Schema") == true)
    #expect(sent.body["system"]?.string?.hasSuffix(schema) == true)
  }

  @Test func strictToolsForAnthropicAreWithinItsSubset() {
    let closed = #"{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false}"#
    #expect(SchemaCrossing.tool(closed, to: .anthropic, strict: true).strict == true)
    for schema in [
      #"{"type":"object","properties":{"a":{"type":"string"}}}"#,
      #"{"type":"object","properties":{"a":{"type":"string","maxLength":3}},"additionalProperties":false}"#,
      ##"{"type":"object","properties":{"a":{"$ref":"#"}},"additionalProperties":false}"##,
    ] {
      let sent = SchemaCrossing.tool(schema, to: .anthropic, strict: true)
      #expect(sent.strict == nil)
      #expect(sent.schema?.text == schema)
      #expect(sent.losses.count == 1)
    }
  }

  // MARK: - Gemini

  @Test(arguments: [
    ##"{"type":"object","properties":{"a":{"$ref":"#/$defs/a"}},"$defs":{"a":{"enum":["x"]}},"additionalProperties":false}"##,
    #"{"type":"array","items":{"oneOf":[{"const":1},{"type":"string","pattern":"x"}]}}"#, #"{"enum":["a","b"]}"#,
  ])
  func GeminiGetsJSONSchemaAsItIs(schema: String) {
    let sent = SchemaCrossing.answer(schema, to: .gemini)
    #expect(sent.schema?.text == schema)
    #expect(sent.losses.isEmpty)
  }

  /// Google takes no properties beside `$ref` but those that begin with a dollar.
  @Test(arguments: [
    (
      ##"{"$ref":"#/$defs/a","description":"d","default":1}"##,
      ##"{"anyOf":[{"$ref":"#/$defs/a"}],"description":"d","default":1}"##
    ),
    (
      ##"{"$ref":"#/$defs/a","anyOf":[{"type":"string"}],"allOf":[{}]}"##,
      ##"{"allOf":[{"$ref":"#/$defs/a"},{}],"anyOf":[{"type":"string"}]}"##
    ),
    (##"{"$ref":"#/$defs/a","$comment":"c"}"##, ##"{"$ref":"#/$defs/a","$comment":"c"}"##),
  ])
  func referencesForGeminiStandAlone(schema: String, expected: String) {
    #expect(SchemaCrossing.property(schema, to: .gemini).schema?.text == expected)
    let answer = SchemaCrossing.answer(#"{"type":"array","items":\#(schema)}"#, to: .gemini)
    #expect(answer.schema?["items"]?.text == expected)
  }

  @Test func answersForOlderGeminisMayBeOfAnyType() {
    #expect(
      SchemaCrossing.answer(#"{"type":"array","items":{"type":"string"}}"#, to: .geminiOpenAPI).schema?.text
        == #"{"type":"ARRAY","items":{"type":"STRING"}}"#)
    #expect(
      SchemaCrossing.answer(#"{"anyOf":[{"type":"string"},{"type":"integer"}]}"#, to: .geminiOpenAPI).schema?.text
        == #"{"anyOf":[{"type":"STRING"},{"type":"INTEGER"}]}"#)
  }

  /// Each of many references leads through the same wide object.
  @Test func manyReferencesIntoOneObjectAreLinear() {
    let count = 8_000
    let members = (0..<count).map { ##""a\##($0)":{"$ref":"#/properties/b\##($0)"},"b\##($0)":{"type":"string"}"## }
    let schema = #"{"type":"object","properties":{\#(members.joined(separator: ","))},"additionalProperties":false}"#
    let sent = SchemaCrossing.answer(schema, to: .anthropic)
    #expect(sent.schema?["properties"]?.members.count == 2 * count)
  }
}
