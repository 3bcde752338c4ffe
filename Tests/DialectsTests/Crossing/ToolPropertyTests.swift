import Conversation
import Dialects
import Testing
import Wire

/// Properties of tools whose names Anthropic refuses: it is sent others, and the client sees its own.
@Suite struct ToolPropertyTests {
  private static let long = String(repeating: "a", count: 70)
  private static let schema =
    #"{"type":"object","properties":{"$top":{"type":"integer"},"_top":{"type":"integer"},"plain":{"type":"object","properties":{"$in":{"type":"string"}}},"filter[id]":{"type":"string"},"\#(long)":{"type":"string"}},"required":["$top","plain"]}"#

  private static func request(_ schema: String, history: String = "") -> String {
    #"{"model":"m","messages":[{"role":"user","content":"q"}\#(history)],"tools":[{"type":"function","function":{"name":"list","parameters":\#(schema)}},{"type":"function","function":{"name":"other","parameters":{"type":"object","properties":{"x":{"type":"string"}}}}}]}"#
  }

  private static func keys(_ json: JSON?) -> [String] { json?.members.map(\.key) ?? [] }

  @Test func namesThatAreRefusedAreReplaced() throws {
    let sent = try Passage(Self.request(Self.schema), from: .openAIChat, to: .anthropic)
    let keys = Self.keys(sent.body.at("tools.0.input_schema.properties"))
    #expect(keys.count == 5 && Set(keys).count == 5)
    #expect(keys.allSatisfy { $0.wholeMatch(of: /[a-zA-Z0-9_.-]{1,64}/) != nil }, "\(keys)")
    #expect(keys[1] == "_top" && keys[2] == "plain" && keys[3] == "filter_id_")
    #expect(sent.body.at("tools.0.input_schema.required")?.elements.compactMap(\.string) == [keys[0], "plain"])
    #expect(sent.text.contains(#""$in""#), "deeper properties keep their names")
    #expect(sent.lost.isEmpty)
    let again = try Passage(Self.request(Self.schema), from: .openAIChat, to: .anthropic)
    #expect(again.text == sent.text)
  }

  @Test func schemasThatFitKeepTheirBytes() throws {
    let plain = #"{"type":"object","properties":{"a-b.c_1":{"type":"string"}},"required":["a-b.c_1"],"x":1.0}"#
    let sent = try Passage(Self.request(plain), from: .openAIChat, to: .anthropic)
    #expect(sent.text.contains(plain))
    #expect(!sent.text.contains("filter"))
  }

  @Test(arguments: [DialectID.openAIResponses, .gemini])
  func othersGetTheNamesAsTheyAre(upstream: DialectID) throws {
    let sent = try Passage(Self.request(Self.schema), from: .openAIChat, to: upstream)
    #expect(sent.text.contains(#""$top""#) && sent.text.contains(#""filter[id]""#))
  }

  @Test func anAnthropicClientIsToldByAnthropicItself() throws {
    let request =
      #"{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"q"}],"tools":[{"name":"list","input_schema":\#(Self.schema)}]}"#
    #expect(try Passage(request, from: .anthropic, to: .anthropic).text.contains(#""$top""#))
  }

  @Test func callsOfTheHistoryHaveTheNamesThatAreSent() throws {
    let history =
      #",{"role":"assistant","tool_calls":[{"id":"c1","type":"function","function":{"name":"list","arguments":"{\"$top\":1,\"plain\":{\"$top\":2}}"}},{"id":"c2","type":"function","function":{"name":"other","arguments":"{\"$top\":3}"}}]},{"role":"tool","tool_call_id":"c1","content":"r"},{"role":"tool","tool_call_id":"c2","content":"r"}"#
    let sent = try Passage(Self.request(Self.schema, history: history), from: .openAIChat, to: .anthropic)
    let top = Self.keys(sent.body.at("tools.0.input_schema.properties"))[0]
    #expect(sent.body.at("messages.1.content.0.input")?.text == #"{"\#(top)":1,"plain":{"$top":2}}"#)
    #expect(sent.body.at("messages.1.content.1.input")?.text == #"{"$top":3}"#)
  }

  @Test func aClientSeesItsOwnNames() throws {
    let passage = try Passage(Self.request(Self.schema), from: .openAIChat, to: .anthropic)
    let keys = Self.keys(passage.body.at("tools.0.input_schema.properties"))
    let input = #"{"\#(keys[0])": 1, "plain": {"\#(keys[0])": 2}, "filter_id_": "\#(keys[0])", "\#(keys[4])": "é"}"#
    let own = #"{"$top": 1, "plain": {"\#(keys[0])": 2}, "filter[id]": "\#(keys[0])", "\#(Self.long)": "é"}"#
    let answer = try passage.answer(
      #"{"id":"msg_1","type":"message","role":"assistant","model":"c","content":[{"type":"tool_use","id":"toolu_1","name":"list","input":\#(input)}],"stop_reason":"tool_use","usage":{"input_tokens":1,"output_tokens":1}}"#
    )
    let told = try JSON(parsing: answer.place("choices.0.message.tool_calls.0.function.arguments").string ?? "")
    #expect(try told == JSON(parsing: own))

    for size in [1, 3, 1000] {
      var pieces: [String] = []
      var rest = Array(input)
      while !rest.isEmpty {
        pieces.append(String(rest.prefix(size)))
        rest.removeFirst(min(size, rest.count))
      }
      let data =
        [
          #"{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"c","content":[],"usage":{"input_tokens":1,"output_tokens":1}}}"#,
          #"{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"toolu_1","name":"list","input":{}}}"#,
        ]
        + pieces.map {
          #"{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":\#(JSON.string($0).text)}}"#
        } + [
          #"{"type":"content_block_stop","index":0}"#,
          #"{"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":2}}"#,
          #"{"type":"message_stop"}"#,
        ]
      let arguments = try passage.stream(data).compactMap {
        $0.at("choices.0.delta.tool_calls.0.function.arguments")?.string
      }
      #expect(arguments.joined() == own, "in pieces of \(size)")
    }
  }

  @Test func alternativesAtTheRootAreMergedFirst() throws {
    let split =
      ##"{"type":"object","$ref":"#/$defs/p","$defs":{"p":{"type":"object","properties":{"$top":{"type":"integer"}},"required":["$top"]}}}"##
    let sent = try Passage(Self.request(split), from: .openAIChat, to: .anthropic)
    #expect(Self.keys(sent.body.at("tools.0.input_schema.properties")) == ["_top"])
    #expect(sent.body.at("tools.0.input_schema.required")?.text == #"["_top"]"#)
  }

  /// Two spellings of one letter are two names.
  @Test func namesDifferWhereTheirBytesDo() throws {
    let request =
      #"{"model":"m","messages":[{"role":"user","content":"q"}],"tools":[{"type":"function","function":{"name":"caf\u00e9"}},{"type":"function","function":{"name":"cafe\u0301"}}]}"#
    for upstream in [DialectID.anthropic, .openAIResponses, .gemini] {
      let sent = try Passage(request, from: .openAIChat, to: upstream)
      let tools = sent.body.place(upstream == .gemini ? "tools.0.functionDeclarations" : "tools").list
      #expect(Set(tools.compactMap { $0["name"]?.string }).count == 2, "\(upstream)")
      #expect(sent.lost.isEmpty)
    }
    let properties = #"{"type":"object","properties":{"caf\u00e9":{"type":"string"},"cafe\u0301":{"type":"string"}}}"#
    let sent = try Passage(Self.request(properties), from: .openAIChat, to: .anthropic)
    #expect(Set(Self.keys(sent.body.at("tools.0.input_schema.properties"))).count == 2)
  }
}
