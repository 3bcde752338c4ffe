import Conversation
import Dialects
import Testing
import Wire

/// Keyword by keyword: what an argument's schema becomes in the OpenAPI subset, and what is declared.
@Suite struct GeminiSchemaCutTests {
  @Test(arguments: [
    // Types that other keywords give away.
    (#"{"minLength":1}"#, #"{"type":"STRING","description":"minLength: 1."}"#, ["minLength"]),
    (#"{"pattern":"^a"}"#, #"{"type":"STRING","description":"pattern: ^a."}"#, ["pattern"]),
    (#"{"minimum":1}"#, #"{"type":"NUMBER","minimum":1}"#, []),
    (#"{"minItems":1}"#, #"{"type":"ARRAY","items":{"type":"STRING"},"minItems":1}"#, ["items"]),
    (#"{"items":{"type":"null"}}"#, #"{"type":"ARRAY","items":{"type":"STRING","nullable":true}}"#, []),
    (#"{"format":"date-time"}"#, #"{"type":"STRING","format":"date-time"}"#, []),
    (#"{"enum":[1,2.5]}"#, #"{"type":"NUMBER","description":"One of: 1, 2.5"}"#, ["enum"]),
    (#"{"const":true}"#, #"{"type":"BOOLEAN","description":"One of: true"}"#, ["enum"]),
    (#"{"description":"d"}"#, #"{"type":"OBJECT","description":"d"}"#, ["type"]),
    ("true", #"{"type":"OBJECT"}"#, ["{}"]), ("{}", #"{"type":"OBJECT"}"#, ["{}"]),
    ("false", #"{"type":"OBJECT"}"#, ["false"]),
    // Null in its many spellings.
    (#"{"type":"null"}"#, #"{"type":"STRING","nullable":true}"#, []),
    (#"{"const":null}"#, #"{"type":"STRING","nullable":true}"#, []),
    (#"{"oneOf":[{"type":"integer"},{"const":null}]}"#, #"{"type":"INTEGER","nullable":true}"#, []),
    (#"{"anyOf":[{"type":"integer"},{"enum":[null]},{"type":["null"]}]}"#, #"{"type":"INTEGER","nullable":true}"#, []),
    (#"{"type":["string","null"],"enum":["a",null]}"#, #"{"type":"STRING","nullable":true,"enum":["a"]}"#, []),
    (#"{"type":"string","nullable":true}"#, #"{"type":"STRING","nullable":true}"#, []),
    // Several types, each with what is said for it.
    (
      #"{"type":["string","integer","array","null"],"enum":["a"],"minimum":1,"items":{"type":"string"},"maxItems":2,"description":"d"}"#,
      #"{"description":"d","nullable":true,"anyOf":[{"type":"STRING","enum":["a"]},{"type":"INTEGER","minimum":1},{"type":"ARRAY","items":{"type":"STRING"},"maxItems":2}]}"#,
      []
    ),
    // Bounds.
    (#"{"type":"integer","exclusiveMinimum":0}"#, #"{"type":"INTEGER","minimum":1}"#, []),
    (#"{"type":"integer","exclusiveMaximum":10,"maximum":5}"#, #"{"type":"INTEGER","maximum":5}"#, []),
    (
      #"{"type":"number","exclusiveMinimum":0}"#, #"{"type":"NUMBER","description":"exclusiveMinimum: 0."}"#,
      ["exclusiveMinimum"]
    ),
    (#"{"type":"string","minimum":1}"#, #"{"type":"STRING","description":"minimum: 1."}"#, ["minimum"]),
    (#"{"type":"integer","multipleOf":5}"#, #"{"type":"INTEGER","description":"multipleOf: 5."}"#, ["multipleOf"]),
    // Alternatives beside others.
    (
      #"{"type":"string","anyOf":[{"format":"date-time"},{"pattern":"^x"}]}"#,
      #"{"anyOf":[{"type":"STRING","format":"date-time"},{"type":"STRING","description":"pattern: ^x."}]}"#, ["pattern"]
    ),
    (
      #"{"type":"object","properties":{"a":{"type":"string"}},"anyOf":[{"required":["a"]},{"required":["b"]}]}"#,
      #"{"type":"OBJECT","description":"Also one of: [{\"required\":[\"a\"]},{\"required\":[\"b\"]}].","properties":{"a":{"type":"STRING"}}}"#,
      ["anyOf"]
    ),
    (
      #"{"anyOf":[{"type":"string"},{"type":"integer"}],"oneOf":[{"minimum":1},{"minLength":1}]}"#,
      #"{"description":"Also one of: [{\"minimum\":1},{\"minLength\":1}].","anyOf":[{"type":"STRING"},{"type":"INTEGER"}]}"#,
      ["oneOf"]
    ),
    (
      #"{"allOf":[{"required":["a"]},{"properties":{"a":{"type":"string"}}},{"properties":{"a":{"enum":["x"]}}}]}"#,
      #"{"type":"OBJECT","properties":{"a":{"type":"STRING","enum":["x"]}},"required":["a"]}"#, []
    ),
    (
      #"{"allOf":[{"type":"number","minimum":1},{"type":"integer","minimum":2}]}"#, #"{"type":"INTEGER","minimum":2}"#,
      []
    ),
    // Tuples of both drafts.
    (
      #"{"type":"array","items":[{"type":"number"},{"type":"number"}],"maxItems":2}"#,
      #"{"type":"ARRAY","items":{"type":"NUMBER"},"maxItems":2}"#, []
    ),
    (
      #"{"type":"array","prefixItems":[{"type":"string"},{"type":"integer"}]}"#,
      #"{"type":"ARRAY","description":"Items in this order: [{\"type\":\"string\"},{\"type\":\"integer\"}].","items":{"anyOf":[{"type":"STRING"},{"type":"INTEGER"}]}}"#,
      ["prefixItems"]
    ),
    // What the subset has no words for.
    (
      #"{"type":"object","additionalProperties":{"type":"string"}}"#,
      #"{"type":"OBJECT","description":"additionalProperties: {\"type\":\"string\"}."}"#, ["additionalProperties"]
    ),
    (#"{"type":"object","additionalProperties":true}"#, #"{"type":"OBJECT"}"#, []),
    (#"{"type":"object","additionalProperties":false}"#, #"{"type":"OBJECT"}"#, ["additionalProperties"]),
    (
      #"{"type":"object","patternProperties":{"^x":{}},"propertyNames":{"maxLength":2},"if":{},"then":{},"else":{},"not":{},"dependentRequired":{"a":["b"]},"dependentSchemas":{"a":{}}}"#,
      #"{"type":"OBJECT","description":"patternProperties: {\"^x\":{}}. propertyNames: {\"maxLength\":2}. if: {}. then: {}. else: {}. not: {}. dependentRequired: {\"a\":[\"b\"]}. dependentSchemas: {\"a\":{}}."}"#,
      [
        "patternProperties", "propertyNames", "if", "then", "else", "not", "dependentRequired", "dependentSchemas",
      ]
    ),
    (
      #"{"type":"string","default":"x","examples":["y"],"deprecated":true}"#, #"{"type":"STRING"}"#,
      ["default", "examples", "deprecated"]
    ),
    (#"{"type":"float"}"#, #"{"type":"OBJECT","description":"Type: float."}"#, ["type"]),
    // Properties named like keywords.
    (
      #"{"type":"object","properties":{"format":{"type":"string"},"default":{"type":"integer"},"type":{"enum":["a"]},"$ref":{"type":"string"},"properties":{"type":"boolean"},"required":{"type":"string"},"enum":{"type":"string"},"items":{"type":"string"},"anyOf":{"type":"string"}},"required":["type","$ref"]}"#,
      #"{"type":"OBJECT","properties":{"format":{"type":"STRING"},"default":{"type":"INTEGER"},"type":{"type":"STRING","enum":["a"]},"$ref":{"type":"STRING"},"properties":{"type":"BOOLEAN"},"required":{"type":"STRING"},"enum":{"type":"STRING"},"items":{"type":"STRING"},"anyOf":{"type":"STRING"}},"required":["type","$ref"]}"#,
      []
    ),
  ])
  func keywordByKeyword(schema: String, expected: String, lost: [String]) {
    let sent = SchemaCrossing.property(schema, to: .geminiOpenAPI)
    #expect(sent.schema?.text == expected)
    #expect(Set(sent.paths) == Set(lost.map { "tools.parameters.\($0)" }))
  }

  @Test(arguments: [
    // Beside its siblings, in all the places a pointer may point to.
    (
      ##"{"$ref":"#/$defs/a","description":"own","maxLength":2}"##,
      #"{"type":"STRING","title":"A","description":"own maxLength: 2.","enum":["x"]}"#, ["maxLength"]
    ),
    (##"{"$ref":"#/$defs/b~1c"}"##, #"{"type":"INTEGER"}"#, []),
    (##"{"$ref":"#/$defs/b~1c%20"}"##, #"{"type":"OBJECT"}"#, ["$ref"]),
    (##"{"$ref":"#/definitions/100%25"}"##, #"{"type":"BOOLEAN"}"#, []),
    (##"{"$ref":"#/properties/q/anyOf/1"}"##, #"{"type":"NUMBER"}"#, []),
    (##"{"$ref":"#named"}"##, #"{"type":"NUMBER","minimum":1}"#, []),
    (##"{"$ref":"https://e.x/id"}"##, #"{"type":"BOOLEAN"}"#, []),
    (#"{"$ref":"https://e.x/other"}"#, #"{"type":"OBJECT"}"#, ["$ref"]),
    (##"{"$ref":"#/$defs/gone","type":"string"}"##, #"{"type":"STRING"}"#, ["$ref"]),
    // Direct and mutual recursion.
    (
      ##"{"$ref":"#/$defs/tree"}"##,
      #"{"type":"OBJECT","properties":{"kids":{"type":"ARRAY","items":{"type":"OBJECT"}}}}"#, ["$ref"]
    ),
    (
      ##"{"$ref":"#/$defs/ping"}"##,
      #"{"type":"OBJECT","properties":{"p":{"type":"ARRAY","items":{"type":"OBJECT"}}}}"#,
      ["$ref"]
    ),
    (##"{"$ref":"#/$defs/self"}"##, #"{"type":"OBJECT"}"#, ["$ref"]),
  ])
  func references(schema: String, expected: String, lost: [String]) {
    let definitions = ##"""
      "$defs":{"a":{"title":"A","description":"its","enum":["x"]},"b/c":{"type":"integer"},
      "n":{"$anchor":"named","type":"number","minimum":1},"i":{"$id":"https://e.x/id","type":"boolean"},
      "tree":{"type":"object","properties":{"kids":{"type":"array","items":{"$ref":"#/$defs/tree"}}}},
      "ping":{"type":"object","properties":{"p":{"$ref":"#/$defs/pong"}}},
      "pong":{"type":"array","items":{"$ref":"#/$defs/ping"}},"self":{"$ref":"#/$defs/self"}},
      "definitions":{"100%":{"type":"boolean"}}
      """##
    let root = #"{"type":"object","properties":{"p":\#(schema),"q":{"anyOf":[{"type":"string"},{"type":"number"}]}},"#
    let sent = SchemaCrossing.tool(root + definitions + "}", to: .geminiOpenAPI)
    #expect(sent.schema?["properties"]?["p"]?.text == expected)
    #expect(Set(sent.paths) == Set(lost.map { "tools.parameters.\($0)" }))
  }

  /// Google: "schema type should be OBJECT".
  @Test(arguments: ToolSchemaTests.roots)
  func rootsAreObjects(root: (schema: String, expected: String, lost: [String])) {
    let sent = SchemaCrossing.tool(root.schema, to: .geminiOpenAPI)
    #expect(sent.schema?["type"]?.string == "OBJECT")
    let expected = SchemaCrossing.json(root.expected)["properties"]?.members.map(\.key)
    #expect(sent.schema?["properties"]?.members.map(\.key) == expected)
    for keyword in root.lost { #expect(sent.paths.contains("tools.parameters.\(keyword)")) }
  }

  @Test func whatIsInlinedIsBoundedForAllToolsTogether() {
    let levels = (0..<30).map { level in
      let next = ##"{"$ref":"#/$defs/d\##(level + 1)"}"##
      return #""d\#(level)":{"type":"object","description":"words","properties":{"a":\#(next),"b":\#(next)}}"#
    }
    let text = levels.joined(separator: ",") + #","d30":{"type":"string"}"#
    let schema = SchemaCrossing.json(
      ##"{"type":"object","properties":{"r":{"$ref":"#/$defs/d0"}},"$defs":{\##(text)}}"##)
    var request = ConversationRequest(model: "m", messages: [Message(.user, text: "x")])
    request.tools = (0..<50).map { Tool(name: "f\($0)", kind: .function(schema: schema, strict: nil)) }
    let (body, losses) = SchemaCrossing.write(request, to: .geminiOpenAPI)
    #expect(body.byteCount < 4_000_000)
    #expect(losses.contains { $0.path == "tools.parameters.$ref" })
    let long = String(repeating: "x", count: 100_000)
    let uses = (0..<400).map { ##""p\##($0)":{"$ref":"#/$defs/a"}"## }.joined(separator: ",")
    let wordy =
      ##"{"type":"object","properties":{\##(uses)},"$defs":{"a":{"type":"string","description":"\##(long)"}}}"##
    #expect((SchemaCrossing.tool(wordy, to: .geminiOpenAPI).schema?.byteCount ?? .max) < 2_000_000)
  }

  @Test func wideSchemasAreLinear() {
    let wide = (0..<10_000).map { #""p\#($0)":{"type":"string","enum":["a"]}"# }.joined(separator: ",")
    let names = (0..<10_000).map { "\"p\($0)\"" }.joined(separator: ",")
    let sent = SchemaCrossing.tool(
      #"{"type":"object","properties":{\#(wide)},"required":[\#(names)]}"#, to: .geminiOpenAPI)
    #expect(sent.schema?["properties"]?.members.count == 10_000)
    #expect(sent.schema?["required"]?.elements.count == 10_000)
  }
}

/// From Gemini's subset to JSON Schema, for the other protocols.
@Suite struct GeminiSchemaReadingTests {
  private func read(_ member: String) throws -> JSON? {
    let body = try JSON(
      parsing: #"{"contents":[],"tools":[{"function_declarations":[{"name":"f",\#(member)}]}]}"#)
    let request = try Gemini().readRequest(body, line: RequestLine(model: "m", isStream: false))
    guard case .function(let schema, _)? = request.tools.first?.kind else { return nil }
    return schema
  }

  @Test(arguments: [
    (#"{"type":"STRING","nullable":true}"#, #"{"type":["string","null"]}"#),
    (
      #"{"anyOf":[{"type":"STRING"},{"type":"OBJECT","nullable":true}],"nullable":true}"#,
      #"{"anyOf":[{"type":"string"},{"type":["object","null"]},{"type":"null"}]}"#
    ),
    (#"{"any_of":[{"type":"NUMBER"}],"min_items":"2"}"#, #"{"anyOf":[{"type":"number"}],"minItems":2}"#),
    (#"{"type":"INTEGER","enum":["1","2"],"format":"enum"}"#, #"{"type":"integer","enum":[1,2]}"#),
    (#"{"type":"STRING","enum":["1"],"nullable":true}"#, #"{"type":["string","null"],"enum":["1",null]}"#),
    (#"{"type":"INTEGER","format":"int64","maximum":5}"#, #"{"type":"integer","format":"int64","maximum":5}"#),
    (#"{"type":"TYPE_UNSPECIFIED","example":1}"#, #"{"examples":[1]}"#),
    (
      ##"{"type":"OBJECT","properties":{"a":{"ref":"#/defs/X"}},"defs":{"X":{"type":"STRING"}}}"##,
      ##"{"type":"object","properties":{"a":{"$ref":"#/$defs/X"}},"$defs":{"X":{"type":"string"}}}"##
    ),
    (
      #"{"type":"OBJECT","additional_properties":{"type":"STRING"},"properties":{"items":{"type":"ARRAY","items":{"type":"BOOLEAN"}},"nullable":{"type":"STRING"},"any_of":{"type":"STRING"}}}"#,
      #"{"type":"object","additionalProperties":{"type":"string"},"properties":{"items":{"type":"array","items":{"type":"boolean"}},"nullable":{"type":"string"},"any_of":{"type":"string"}}}"#
    ),
  ])
  func subsetBecomesJSONSchema(schema: String, expected: String) throws {
    #expect(try read(#""parameters":\#(schema)"#)?.text == expected)
    let answer = try Gemini().readRequest(
      JSON(
        parsing:
          #"{"contents":[],"generation_config":{"response_mime_type":"application/json","response_schema":\#(schema)}}"#
      ),
      line: RequestLine(model: "m", isStream: false))
    guard case .jsonSchema(let format)? = answer.outputFormat else {
      Issue.record("no format")
      return
    }
    #expect(format.schema?.text == expected)
  }

  @Test(arguments: ["parametersJsonSchema", "parameters_json_schema"])
  func JSONSchemaIsTakenAsItIs(member: String) throws {
    let schema = #"{"type":"object","properties":{"type":{"const":"STRING"}},"required":["type"]}"#
    #expect(try read("\"\(member)\":\(schema)")?.text == schema)
  }
}
