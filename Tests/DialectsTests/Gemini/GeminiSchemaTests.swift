import Conversation
import Dialects
import TestSupport
import Testing
import Wire

/// Tool schemas for providers that take the OpenAPI subset only.
@Suite struct GeminiSchemaTests {
  private func parameters(_ schema: JSON) -> (schema: JSON?, losses: [String]) {
    var quirks = Quirks()
    quirks.jsonSchemaTools = false
    let tool = Tool(name: "f", kind: .function(schema: schema, strict: nil))
    let (body, losses) = GeminiHub.written(GeminiHub.make([], tools: [tool]), quirks: quirks)
    return (
      body["tools"]?.elements.first?["functionDeclarations"]?.elements.first?["parameters"], losses.map(\.path)
    )
  }

  private func property(_ schema: String) -> String? {
    parameters(GeminiHub.json(#"{"type":"object","properties":{"p":\#(schema)}}"#)).schema?["properties"]?["p"]?.text
  }

  @Test(arguments: [
    (#"{"type":"string"}"#, #"{"type":"STRING"}"#),
    (#"{"type":["string","null"]}"#, #"{"type":"STRING","nullable":true}"#),
    (#"{"type":["string","integer"]}"#, #"{"anyOf":[{"type":"STRING"},{"type":"INTEGER"}]}"#),
    (#"{"const":"a"}"#, #"{"type":"STRING","enum":["a"]}"#),
    (#"{"enum":["a","",null]}"#, #"{"type":"STRING","description":"One of: \"a\", \"\"","nullable":true}"#),
    (#"{"type":"integer","enum":[1,2]}"#, #"{"type":"INTEGER","description":"One of: 1, 2"}"#),
    (#"{"type":"array"}"#, #"{"type":"ARRAY","items":{"type":"STRING"}}"#),
    (#"{"type":"object","properties":{}}"#, #"{"type":"OBJECT"}"#),
    (
      #"{"anyOf":[{"type":"string"},{"type":"null"}],"description":"d"}"#,
      #"{"type":"STRING","description":"d","nullable":true}"#
    ),
    (
      #"{"oneOf":[{"type":"string"},{"type":"number"}],"type":"string"}"#,
      #"{"anyOf":[{"type":"STRING"},{"type":"NUMBER"}]}"#
    ),
    (#"{"type":"string","format":"uri"}"#, #"{"type":"STRING","description":"Format: uri."}"#),
    (#"{"type":"string","format":"date-time"}"#, #"{"type":"STRING","format":"date-time"}"#),
    (
      #"{"type":"integer","format":"int64","minimum":1,"maximum":9}"#,
      #"{"type":"INTEGER","format":"int64","minimum":1,"maximum":9}"#
    ),
    (
      #"{"type":"object","properties":{"format":{"type":"string"},"default":{"type":"string"},"const":{"type":"string"}},"required":["format","gone"]}"#,
      #"{"type":"OBJECT","properties":{"format":{"type":"STRING"},"default":{"type":"STRING"},"const":{"type":"STRING"}},"required":["format"]}"#
    ),
    ("true", #"{"type":"OBJECT"}"#), ("{}", #"{"type":"OBJECT"}"#),
  ])
  func `keywords are cut to the subset`(schema: String, expected: String) {
    #expect(property(schema) == expected)
  }

  @Test func `references are put in place and recursion ends`() {
    let (schema, losses) = parameters(
      GeminiHub.json(
        """
        {"$ref":"#/$defs/a~1b","$defs":{"a/b":{"type":"object","properties":{"next":{"$ref":"#/$defs/a~1b"},
        "other":{"$ref":"#/$defs/c"},"lost":{"$ref":"#/$defs/none"}}},"c":{"type":"string"}}}
        """))
    #expect(
      schema?.text == #"{"type":"OBJECT","properties":{"next":{"type":"OBJECT","properties":{"next":{"type":"OBJECT"},"#
        + #""other":{"type":"STRING"},"lost":{"type":"OBJECT"}}},"other":{"type":"STRING"},"lost":{"type":"OBJECT"}}}"#)
    #expect(losses == ["tools.parameters.$ref"] || losses == ["tools.parameters.$ref", "tools.parameters.$ref"])
  }

  @Test func `references that multiply stay bounded`() {
    let levels = (0..<40).map { level in
      let next = ##"{"$ref":"#/$defs/d\##(level + 1)"}"##
      return #""d\#(level)":{"type":"object","properties":{"a":\#(next),"b":\#(next)}}"#
    }
    let root = ##"{"type":"object","properties":{"r":{"$ref":"#/$defs/d0"}},"$defs":{"##
    let text = root + levels.joined(separator: ",") + #","d40":{"type":"string"}}}"#
    #expect((parameters(GeminiHub.json(text)).schema?.byteCount ?? .max) < 4_000_000)
  }

  @Test func `deep schemas do not overflow`() {
    let depth = 160
    let text =
      String(repeating: #"{"type":"array","items":"#, count: depth) + "{}" + String(repeating: "}", count: depth)
    #expect(property(text) != nil)
  }

  /// What a Gemini client's `parameters` are in JSON Schema; what is the same in both keeps its bytes.
  @Test(
    arguments: [
      (#"{"type":"object","properties":{"p":{"type":"str\u0069ng","minLength":1}},"required":["p"]}"#, nil),
      (#"{"type":"object","properties":{"p":{"anyOf":[{"type":"integer"},{"items":{"type":"string"}}]}}}"#, nil),
      (#"{"type":"string","enum":["1","2"],"format":"date-time","default":{"nullable":true}}"#, nil),
      (#"{"properties":{"nullable":{"type":"boolean"}}}"#, nil),
      (#"{"type":"OBJECT","properties":{}}"#, #"{"type":"object","properties":{}}"#),
      (#"{"properties":{"p":{"type":"string","nullable":true}}}"#, #"{"properties":{"p":{"type":["string","null"]}}}"#),
      (#"{"items":{"type":"integer","enum":["1"]}}"#, #"{"items":{"type":"integer","enum":[1]}}"#),
      (#"{"allOf":[{"type":"string","format":"enum"}]}"#, #"{"allOf":[{"type":"string"}]}"#),
      (#"{"additionalProperties":{"maxLength":"7"}}"#, #"{"additionalProperties":{"maxLength":7}}"#),
      (##"{"any_of":[{"ref":"#/defs/a"}]}"##, ##"{"anyOf":[{"$ref":"#/$defs/a"}]}"##),
      (#"{"example":1}"#, #"{"examples":[1]}"#),
    ] as [(String, String?)])
  func `a schema of the subset is said in JSON Schema`(schema: String, expected: String?) throws {
    let body = #"{"contents":[],"tools":[{"functionDeclarations":[{"name":"f","parameters":\#(schema)}]}]}"#
    let request = try Gemini().readRequest(JSON(parsing: body), line: RequestLine(model: "m", isStream: false))
    guard case .function(let read?, _)? = request.tools.first?.kind else { throw JSONError(.unexpectedEnd, at: 0) }
    #expect(read.text == expected ?? schema)
  }

  @Test func `a tool without parameters has none, and an untyped root becomes an object`() {
    #expect(parameters(GeminiHub.json(#"{"type":"object","properties":{}}"#)).schema == nil)
    let untyped = GeminiHub.written(GeminiHub.make([], tools: [GeminiHub.untyped, GeminiHub.bare])).body["tools"]?
      .elements.first?["functionDeclarations"]
    #expect(
      untyped?.text
        == #"[{"name":"untyped","parametersJsonSchema":{"type":"object","properties":{}}},{"name":"bare"}]"#)
  }

  @Test func `providers that take JSON Schema get it untouched`() {
    let tools = GeminiHub.written(GeminiHub.make([], tools: [GeminiHub.hard])).body["tools"]
    let written = tools?.elements.first?["functionDeclarations"]?.elements.first?["parametersJsonSchema"]
    #expect(written == GeminiHub.hardSchema)
  }
}
