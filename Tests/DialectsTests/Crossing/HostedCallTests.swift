import Conversation
import Dialects
import Testing
import Wire

/// Searches and code that a vendor ran, told to a client of another protocol, and back.
@Suite struct HostedCallTests {
  static let asked =
    #"{"model":"asked","include":["reasoning.encrypted_content"],"store":false,"input":"news?","tools":[{"type":"web_search"},{"type":"code_interpreter","container":{"type":"auto"}}]}"#

  // MARK: - What vendors answer

  static let anthropicSearch =
    #"{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"server_tool_use","id":"srvtoolu_1","name":"web_search","input":{"query":"swift news"}},{"type":"web_search_tool_result","tool_use_id":"srvtoolu_1","content":[{"type":"web_search_result","url":"https://a.example/1","title":"A","encrypted_content":"SECRET","page_age":null}]},{"type":"text","text":"Swift 7 is out.","citations":[{"type":"web_search_result_location","url":"https://a.example/1","title":"A","encrypted_index":"IDX","cited_text":"Swift 7"}]}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":5,"output_tokens":4,"server_tool_use":{"web_search_requests":1}}}"#

  static let anthropicStream = [
    #"{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":5,"output_tokens":1}}}"#,
    #"{"type":"content_block_start","index":0,"content_block":{"type":"server_tool_use","id":"srvtoolu_1","name":"web_search","input":{}}}"#,
    #"{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\"query\":\"swift"}}"#,
    #"{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":" news\"}"}}"#,
    #"{"type":"content_block_stop","index":0}"#,
    #"{"type":"content_block_start","index":1,"content_block":{"type":"web_search_tool_result","tool_use_id":"srvtoolu_1","content":[{"type":"web_search_result","url":"https://a.example/1","title":"A","encrypted_content":"SECRET","page_age":null}]}}"#,
    #"{"type":"content_block_stop","index":1}"#,
    #"{"type":"content_block_start","index":2,"content_block":{"type":"text","text":"","citations":[]}}"#,
    #"{"type":"content_block_delta","index":2,"delta":{"type":"text_delta","text":"Swift 7 is out."}}"#,
    #"{"type":"content_block_delta","index":2,"delta":{"type":"citations_delta","citation":{"type":"web_search_result_location","url":"https://a.example/1","title":"A","encrypted_index":"IDX","cited_text":"Swift 7"}}}"#,
    #"{"type":"content_block_stop","index":2}"#,
    #"{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":4}}"#,
    #"{"type":"message_stop"}"#,
  ]

  static let geminiStream = [
    #"{"candidates":[{"content":{"role":"model","parts":[{"text":"Swift 7 is out."}]},"index":0}]}"#,
    #"{"candidates":[{"content":{"role":"model","parts":[{"text":""}]},"finishReason":"STOP","index":0,"groundingMetadata":{"webSearchQueries":["swift news","swift 7"],"groundingChunks":[{"web":{"uri":"https://a.example/1","title":"A"}}],"groundingSupports":[{"segment":{"startIndex":0,"endIndex":15,"text":"Swift 7 is out."},"groundingChunkIndices":[0]}]}}],"usageMetadata":{"promptTokenCount":5,"candidatesTokenCount":4,"totalTokenCount":9}}"#,
  ]

  // MARK: - To Responses clients

  @Test func aWholeAnswerHoldsTheSearchAsAnItem() throws {
    let (answer, losses) = try Passage.answerAndLosses(
      Self.anthropicSearch, from: .anthropic, to: .openAIResponses, asked: Self.asked)
    let item = answer.at("output.0")
    #expect(item?["type"]?.string == "web_search_call" && item?["status"]?.string == "completed")
    #expect(item?["id"]?.string?.hasPrefix("ws_") == true)
    #expect(item?.at("action.type")?.string == "search" && item?.at("action.query")?.string == "swift news")
    #expect(item?.at("action.queries.0")?.string == "swift news")
    #expect(item?.at("action.sources.0.url")?.string == "https://a.example/1")
    let types = answer["output"]?.elements.map { $0["type"]?.string }
    #expect(types == ["web_search_call", "reasoning", "message"])
    let annotation = answer.at("output.2.content.0.annotations.0")
    #expect(annotation?["type"]?.string == "url_citation" && annotation?["url"]?.string == "https://a.example/1")
    #expect(losses.map(\.reason) == ["the words a citation quotes have no equivalent"], "\(losses)")
  }

  static let streams: [(upstream: DialectID, data: [String], queries: [String])] = [
    (.anthropic, anthropicStream, ["swift news"]), (.gemini, geminiStream, ["swift news", "swift 7"]),
  ]

  @Test(arguments: streams.indices) func aStreamTellsTheSearchAsOpenAIDoes(index: Int) throws {
    let (upstream, data, queries) = Self.streams[index]
    let frames = try Passage.stream(data, from: upstream, to: .openAIResponses, asked: Self.asked)
    let added = try #require(
      frames.first { $0.json["item"]?["type"]?.string == "web_search_call" && $0.name?.hasSuffix("added") == true })
    let place = added.json["output_index"]?.int
    let own = frames.filter { $0.json["output_index"]?.int == place }
    #expect(
      own.map(\.name) == [
        "response.output_item.added", "response.web_search_call.in_progress", "response.web_search_call.searching",
        "response.web_search_call.completed", "response.output_item.done",
      ])
    #expect(added.json.at("item.status")?.string == "in_progress")
    let id = added.json.at("item.id")?.string
    #expect(own.dropFirst().dropLast().allSatisfy { $0.json["item_id"]?.string == id })
    let done = try #require(own.last?.json["item"])
    #expect(done["id"]?.string == id && done["status"]?.string == "completed")
    #expect(done.at("action.queries")?.elements.map(\.string) == queries)
    let numbers = frames.compactMap { $0.json["sequence_number"]?.int }
    #expect(numbers == Array(0..<frames.count))
    let last = try #require(frames.last?.json["response"]?["output"])
    #expect(place.map { last.at("\($0)")?.text } == done.text)
    let annotations = frames.filter { $0.name == "response.output_text.annotation.added" }
    #expect(annotations.map { $0.json.at("annotation.url")?.string } == ["https://a.example/1"])
  }

  @Test func aSearchWithoutAnOutcomeHasFailed() throws {
    let paused =
      Array(Self.anthropicStream.prefix(5)) + [
        #"{"type":"message_delta","delta":{"stop_reason":"pause_turn","stop_sequence":null},"usage":{"output_tokens":4}}"#,
        #"{"type":"message_stop"}"#,
      ]
    let frames = try Passage.stream(paused, from: .anthropic, to: .openAIResponses, asked: Self.asked)
    #expect(frames.last?.json.at("response.output.0.status")?.string == "failed")
    #expect(!frames.contains { $0.name == "response.web_search_call.completed" })
  }

  @Test func searchesThatRunSideBySideKeepTheirPlaces() throws {
    func use(_ id: Int) -> String {
      #"{"type":"server_tool_use","id":"s\#(id)","name":"web_search","input":{"query":"q\#(id)"}}"#
    }
    func found(_ id: Int) -> String {
      #"{"type":"web_search_tool_result","tool_use_id":"s\#(id)","content":[{"type":"web_search_result","url":"https://\#(id).example","title":"T","encrypted_content":"E\#(id)"}]}"#
    }
    let body = Self.anthropicAnswer([use(1), use(2), found(1), found(2)])
    let answer = try Passage.answer(body, from: .anthropic, to: .openAIResponses, asked: Self.asked)
    let calls = (answer["output"] ?? .null).elements.filter { $0["type"]?.string == "web_search_call" }
    #expect(calls.map { $0.at("action.query")?.string } == ["q1", "q2"])
    #expect(calls.map { $0.at("action.sources.0.url")?.string } == ["https://1.example", "https://2.example"])
    // Both come back in their places, as they were.
    let sent = try Passage.send(Passage.nextTurn(answer, of: .openAIResponses), from: .openAIResponses, to: .anthropic)
    let blocks = sent.body.at("messages.1.content")?.elements.prefix(4).map(\.text)
    #expect(blocks == [use(1), found(1), use(2), found(2)])
  }

  private static func anthropicAnswer(_ blocks: [String]) -> String {
    #"{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[\#(blocks.joined(separator: ",")),{"type":"text","text":"done"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":5,"output_tokens":4}}"#
  }

  @Test func aFetchedPageIsOneThatWasOpened() throws {
    let body = Self.anthropicAnswer([
      #"{"type":"server_tool_use","id":"s1","name":"web_fetch","input":{"url":"https://a.example"}}"#,
      #"{"type":"web_fetch_tool_result","tool_use_id":"s1","content":{"type":"web_fetch_result","url":"https://a.example","content":{"type":"document","source":{"type":"text","media_type":"text/plain","data":"words"}}}}"#,
    ])
    let answer = try Passage.answer(body, from: .anthropic, to: .openAIResponses, asked: Self.asked)
    #expect(answer.at("output.0.action")?.text == #"{"type":"open_page","url":"https://a.example"}"#)
  }

  /// Gemini 3 beside functions: the search in parts, and again in the grounding.
  static let geminiParts =
    #"{"candidates":[{"content":{"role":"model","parts":[{"toolCall":{"toolType":"GOOGLE_SEARCH_WEB","args":{"queries":["swift news"]},"id":"s1"},"thoughtSignature":"c2ln"},{"toolResponse":{"toolType":"GOOGLE_SEARCH_WEB","response":{"search_suggestions":"<div>"},"id":"s1"},"thoughtSignature":"c2ln"},{"text":"Swift 7 is out."}]},"finishReason":"STOP","index":0,"groundingMetadata":{"webSearchQueries":["swift news"],"groundingChunks":[{"web":{"uri":"https://a.example/1","title":"A"}}],"groundingSupports":[{"segment":{"startIndex":0,"endIndex":15,"text":"Swift 7 is out."},"groundingChunkIndices":[0]}]}}]}"#

  @Test func aSearchThatGeminiTellsTwiceIsOne() throws {
    let answer = try Passage.answer(Self.geminiParts, from: .gemini, to: .openAIResponses, asked: Self.asked)
    let types = answer["output"]?.elements.map { $0["type"]?.string }
    #expect(types == ["web_search_call", "reasoning", "message"])
    let claudes = try Passage.answer(Self.geminiParts, from: .gemini, to: .anthropic)
    let blocks = claudes["content"]?.list ?? []
    #expect(blocks.map { $0["type"]?.string } == ["server_tool_use", "web_search_tool_result", "text"])
    #expect(claudes.at("usage.server_tool_use.web_search_requests")?.int == 1)
    // Google's own clients are told as Google told it.
    let own = try Passage.answer(Self.geminiParts, from: .gemini, to: .gemini)
    #expect(own.at("candidates.0.content.parts")?.elements.count == 3)
    // And Google gets its parts back, signatures and all.
    let sent = try Passage.send(Passage.nextTurn(answer, of: .openAIResponses), from: .openAIResponses, to: .gemini)
    let parts = try JSON(parsing: Self.geminiParts).at("candidates.0.content.parts")?.elements.prefix(2).map(\.text)
    #expect(sent.body.at("contents.1.parts")?.elements.prefix(2).map(\.text) == parts)
  }

  // MARK: - Code

  static let ranCode: [(upstream: DialectID, body: String)] = [
    (
      .anthropic,
      anthropicAnswer([
        #"{"type":"server_tool_use","id":"s1","name":"code_execution","input":{"code":"print(1)"}}"#,
        #"{"type":"code_execution_tool_result","tool_use_id":"s1","content":{"type":"code_execution_result","stdout":"1\n","stderr":"","return_code":0,"content":[]}}"#,
      ])
    ),
    (
      .gemini,
      #"{"candidates":[{"content":{"role":"model","parts":[{"executableCode":{"language":"PYTHON","code":"print(1)"}},{"codeExecutionResult":{"outcome":"OUTCOME_OK","output":"1\n"}},{"text":"done"}]},"finishReason":"STOP","index":0}]}"#
    ),
    (
      .openAIResponses,
      #"{"id":"resp_1","object":"response","created_at":1,"status":"completed","model":"m","output":[{"type":"code_interpreter_call","id":"ci_1","status":"completed","code":"print(1)","container_id":"cntr_1","outputs":[{"type":"logs","logs":"1\n"}]},{"type":"message","id":"msg_1","role":"assistant","status":"completed","content":[{"type":"output_text","text":"done","annotations":[],"logprobs":[]}]}]}"#
    ),
  ]

  @Test(arguments: ranCode.indices) func codeThatRanIsToldInTheClientsWords(index: Int) throws {
    let (upstream, body) = Self.ranCode[index]
    for client in [DialectID.openAIResponses, .anthropic, .gemini] where client != upstream {
      let (answer, losses) = try Passage.answerAndLosses(body, from: upstream, to: client)
      #expect(!losses.contains { $0.path.hasPrefix("output[0]") || $0.path.contains("parts[0]") }, "\(losses)")
      switch client {
      case .openAIResponses:
        let item = try #require(answer.at("output.0"))
        #expect(item["type"]?.string == "code_interpreter_call" && item["code"]?.string == "print(1)")
        #expect(item["container_id"]?.isString == true && item.at("outputs.0.logs")?.string == "1\n")
      case .anthropic:
        #expect(answer.at("content.0.input.code")?.string == "print(1)")
        #expect(answer.at("content.1.type")?.string == "code_execution_tool_result")
        #expect(answer.at("content.1.tool_use_id")?.text == answer.at("content.0.id")?.text)
        #expect(answer.at("content.1.content.stdout")?.string == "1\n")
      default:
        let parts = answer.at("candidates.0.content.parts")
        #expect(parts?.at("0.executableCode.code")?.string == "print(1)")
        #expect(parts?.at("1.codeExecutionResult.output")?.string == "1\n")
      }
    }
  }

  @Test func aStreamTellsCodeAsOpenAIDoes() throws {
    let frames = try Passage.stream([Self.ranCode[1].body], from: .gemini, to: .openAIResponses, asked: Self.asked)
    let names = frames.compactMap(\.name).filter { $0.contains("code_interpreter") }
    #expect(
      names == [
        "response.code_interpreter_call.in_progress", "response.code_interpreter_call_code.delta",
        "response.code_interpreter_call_code.done", "response.code_interpreter_call.interpreting",
        "response.code_interpreter_call.completed",
      ])
  }

  // MARK: - To Gemini clients

  @Test(arguments: [false, true]) func geminiClientsAreToldTheQueriesInTheGrounding(streamed: Bool) throws {
    for (upstream, text) in [(DialectID.openAIResponses, WebSearchTests.responses), (.anthropic, Self.anthropicSearch)]
    {
      var metadata: JSON?
      if streamed {
        let events = try DialectCatalog.dialect(upstream).readResponse(JSON(parsing: text), origin: nil).events()
        var writer = Gemini().makeEventWriter(for: try Passage.reply(.gemini))
        var output: [UInt8] = []
        for event in events { writer.write(event, into: &output) }
        metadata = try Passage.frames(output).last?.json.at("candidates.0.groundingMetadata")
      } else {
        metadata = try Passage.answer(text, from: upstream, to: .gemini).at("candidates.0.groundingMetadata")
      }
      let queries = metadata?["webSearchQueries"]?.elements.map(\.string) ?? []
      #expect(queries.first == "swift news", "\(metadata?.text ?? "none")")
      let pages = metadata?["groundingChunks"]?.elements.map { $0.at("web.uri")?.string }
      #expect(pages?.first == "https://a.example/1")
    }
  }

  // MARK: - Coming back

  @Test func anthropicGetsItsOwnBlocksBack() throws {
    let origin = SealOrigin("up/a")
    let answer = try Passage.answer(
      Self.anthropicSearch, from: .anthropic, to: .openAIResponses, asked: Self.asked, origin: origin)
    let next = try Passage.nextTurn(answer, of: .openAIResponses)
    let sent = try Passage.send(next, from: .openAIResponses, to: .anthropic, origin: origin)
    let blocks = sent.body.at("messages.1.content")?.list ?? []
    #expect(blocks.map { $0["type"]?.string } == ["server_tool_use", "web_search_tool_result", "text"])
    #expect(blocks.first?["id"]?.string == "srvtoolu_1" && blocks[1].text.contains("SECRET"))
    // Another account cannot read them: what was found is told in words, and nothing is made up.
    let other = try Passage.send(next, from: .openAIResponses, to: .anthropic, origin: SealOrigin("up/b"))
    #expect(!other.text.contains("SECRET") && !other.text.contains("server_tool_use"))
    #expect(other.text.contains("https://a.example/1") && other.text.contains("swift news"))
  }

  /// A history with a search of OpenAI's, which told its sources or not.
  private static func history(sources: String) -> String {
    let search =
      #"{"type":"web_search_call","id":"ws_1","status":"completed","action":{"type":"search","query":"swift news"\#(sources)}}"#
    let message =
      #"{"type":"message","id":"msg_1","role":"assistant","status":"completed","content":[{"type":"output_text","text":"Swift 7 is out.","annotations":[]}]}"#
    return
      #"{"model":"asked","store":false,"input":[{"role":"user","content":"news?"},\#(search),\#(message),{"role":"user","content":"more"}]}"#
  }

  @Test(arguments: [DialectID.anthropic, .gemini, .openAIChat]) func whatASearchFoundIsToldInWords(
    upstream: DialectID
  ) throws {
    let found = try Passage.send(
      Self.history(sources: #","sources":[{"type":"url","url":"https://a.example/1"}]"#), from: .openAIResponses,
      to: upstream)
    #expect(found.text.contains("https://a.example/1") && found.text.contains("Swift 7 is out."))
    #expect(!found.text.contains("server_tool_use") && !found.text.contains("encrypted_content"))
    #expect(!found.losses.contains { $0.path == "input[1]" }, "\(found.losses)")
    // The words stand behind the turn, not in it: the model would write them instead of searching.
    let turn = try #require(found.body.at(upstream == .gemini ? "contents.1" : "messages.1"))
    #expect(turn.text.contains("Swift 7 is out.") && !turn.text.contains("https://a.example/1"))
    let nothing = try Passage.send(Self.history(sources: ""), from: .openAIResponses, to: upstream)
    #expect(nothing.losses.contains { $0.path == "input[1]" } && !nothing.text.contains("swift news"))
  }

  static let readable: [(item: String, words: String)] = [
    (
      #"{"type":"code_interpreter_call","id":"ci_1","status":"completed","code":"print(42)","container_id":"c","outputs":[{"type":"logs","logs":"42"}]}"#,
      "print(42)"
    ),
    (
      #"{"type":"file_search_call","id":"fs_1","status":"completed","queries":["rate"],"results":[{"file_id":"f","filename":"r.md","score":1,"text":"the rate is 7"}]}"#,
      "the rate is 7"
    ),
    (
      #"{"type":"mcp_call","id":"mcp_1","server_label":"deep","name":"ask","arguments":"{}","output":"it is blue","status":"completed"}"#,
      "it is blue"
    ),
  ]

  @Test(arguments: readable.indices) func whatAToolBroughtIsNotForgotten(index: Int) throws {
    let (item, words) = Self.readable[index]
    let body =
      #"{"model":"asked","store":false,"input":[{"role":"user","content":"q"},\#(item),{"type":"function_call","call_id":"c1","name":"look","arguments":"{}"},{"type":"function_call_output","call_id":"c1","output":"seen"}],"tools":[{"type":"function","name":"look","parameters":{"type":"object","properties":{}}}]}"#
    for upstream in [DialectID.anthropic, .gemini, .openAIChat] {
      let sent = try Passage.send(body, from: .openAIResponses, to: upstream)
      #expect(sent.text.contains(words) && sent.text.contains("seen"), "\(upstream): \(sent.text)")
      #expect(!sent.losses.contains { $0.path == "input[1]" }, "\(sent.losses)")
    }
  }
}
