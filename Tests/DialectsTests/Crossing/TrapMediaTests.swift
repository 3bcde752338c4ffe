import Conversation
import Dialects
import Testing
import Wire

/// Images and files between protocols that put them in different places.
@Suite struct TrapMediaTests {
  /// A PNG's first bytes, and a PDF's.
  static let png = "iVBORw0KGgo="
  static let pdf = "JVBERi0="

  /// A tool's result with a text and an image, as each client says it.
  static func result(_ client: DialectID) -> String? {
    switch client {
    case .openAIResponses:
      #"{"model":"asked","input":[{"role":"user","content":"q"},{"type":"function_call","call_id":"c1","name":"look","arguments":"{}"},{"type":"function_call","call_id":"c2","name":"look","arguments":"{}"},{"type":"function_call_output","call_id":"c1","output":[{"type":"input_text","text":"shot"},{"type":"input_image","image_url":"data:image/png;base64,\#(png)"}]},{"type":"function_call_output","call_id":"c2","output":"done"}],"tools":[{"type":"function","name":"look","parameters":{"type":"object","properties":{}},"strict":false}]}"#
    case .anthropic:
      #"{"model":"asked","max_tokens":9,"messages":[{"role":"user","content":"q"},{"role":"assistant","content":[{"type":"tool_use","id":"c1","name":"look","input":{}},{"type":"tool_use","id":"c2","name":"look","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"c1","content":[{"type":"text","text":"shot"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"\#(png)"}}]},{"type":"tool_result","tool_use_id":"c2","content":"done"}]}],"tools":[{"name":"look","input_schema":{"type":"object"}}]}"#
    case .gemini:
      #"{"contents":[{"role":"user","parts":[{"text":"q"}]},{"role":"model","parts":[{"functionCall":{"id":"c1","name":"look","args":{}}},{"functionCall":{"id":"c2","name":"look","args":{}}}]},{"role":"user","parts":[{"functionResponse":{"id":"c1","name":"look","response":{"result":"shot"},"parts":[{"inlineData":{"mimeType":"image/png","data":"\#(png)"}}]}},{"functionResponse":{"id":"c2","name":"look","response":{"result":"done"}}}]}],"tools":[{"functionDeclarations":[{"name":"look"}]}]}"#
    case .openAIChat: nil
    }
  }

  /// As text an image costs thousands of times its tokens: it stays an image, wherever the protocol has room for one.
  @Test(arguments: [DialectID.openAIResponses, .anthropic, .gemini], DialectID.allCases)
  func anImageInAToolsResultStaysAnImage(client: DialectID, upstream: DialectID) throws {
    guard client != upstream else { return }
    let sent = try Passage.send(#require(Self.result(client)), from: client, to: upstream) {
      $0.functionResponseParts = true
    }
    let occurrences = sent.text.ranges(of: Self.png).count
    #expect(occurrences == 1)
    switch upstream {
    case .openAIChat:
      let messages = sent.body["messages"]?.list ?? []
      #expect(messages.map { $0["role"]?.string } == ["user", "assistant", "tool", "tool", "user"], "behind the batch")
      #expect(messages.last?.at("content.1.image_url.url")?.string == "data:image/png;base64,\(Self.png)")
      #expect(messages[2]["content"]?.string?.hasPrefix("shot") == true)
      #expect(messages[2]["content"]?.string?.contains("attachment") == true, "a mark where the image was")
    case .anthropic:
      let result = sent.body.at("messages.2.content.0")
      #expect(result?["type"]?.string == "tool_result")
      #expect(result?["content"]?.list.last?.at("source.data")?.string == Self.png)
    case .openAIResponses:
      let output = sent.body["input"]?.list.first { $0["call_id"]?.isString("c1") == true && $0["output"] != nil }
      #expect(output?["output"]?.list.last?["image_url"]?.string == "data:image/png;base64,\(Self.png)")
    case .gemini:
      let response = sent.body.at("contents.2.parts.0.functionResponse")
      #expect(response?.at("parts.0.inlineData.data")?.string == Self.png)
    }
  }

  /// An image of a user, by address or inline, as each client says it.
  static func request(_ client: DialectID, address: String? = nil, type: String = "image/png") -> String {
    let url = address ?? "data:\(type);base64,\(png)"
    switch client {
    case .openAIChat:
      return
        #"{"model":"asked","messages":[{"role":"user","content":[{"type":"text","text":"see"},{"type":"image_url","image_url":{"url":"\#(url)"}}]}]}"#
    case .openAIResponses:
      return
        #"{"model":"asked","input":[{"role":"user","content":[{"type":"input_text","text":"see"},{"type":"input_image","image_url":"\#(url)"}]}]}"#
    case .anthropic:
      let source =
        address.map { #"{"type":"url","url":"\#($0)"}"# }
        ?? #"{"type":"base64","media_type":"\#(type)","data":"\#(png)"}"#
      return
        #"{"model":"asked","max_tokens":9,"messages":[{"role":"user","content":[{"type":"text","text":"see"},{"type":"image","source":\#(source)}]}]}"#
    case .gemini:
      let part =
        address.map { #"{"fileData":{"mimeType":"\#(type)","fileUri":"\#($0)"}}"# }
        ?? #"{"inlineData":{"mimeType":"\#(type)","data":"\#(png)"}}"#
      return #"{"contents":[{"role":"user","parts":[{"text":"see"},\#(part)]}]}"#
    }
  }

  static func image(_ upstream: DialectID, _ body: JSON) -> String? {
    switch upstream {
    case .openAIChat: body.at("messages.0.content.1.image_url.url")?.string
    case .openAIResponses: body.at("input.0.content.1.image_url")?.string
    case .anthropic: body.at("messages.0.content.1.source")?.text
    case .gemini: body.at("contents.0.parts.1")?.text
    }
  }

  /// We fetch nothing ourselves: the vendors do, all four by now.
  @Test(arguments: DialectID.allCases, DialectID.allCases)
  func anImageByAddressStaysAnAddress(client: DialectID, upstream: DialectID) throws {
    guard client != upstream else { return }
    let address = "https://pictures.example/a.png"
    let sent = try Passage.send(Self.request(client, address: address), from: client, to: upstream)
    let found = Self.image(upstream, sent.body)
    switch upstream {
    case .openAIChat, .openAIResponses: #expect(found == address)
    case .anthropic: #expect(found == #"{"type":"url","url":"\#(address)"}"#)
    case .gemini: #expect(found == #"{"fileData":{"mimeType":"image/png","fileUri":"\#(address)"}}"#)
    }
  }

  /// Vendors refuse an image whose type is not its bytes'.
  @Test(arguments: DialectID.allCases, DialectID.allCases)
  func anImagesTypeIsWhatItsBytesSay(client: DialectID, upstream: DialectID) throws {
    guard client != upstream else { return }
    let sent = try Passage.send(Self.request(client, type: "image/jpeg"), from: client, to: upstream)
    let found = try #require(Self.image(upstream, sent.body))
    #expect(found.contains("image/png") && !found.contains("image/jpeg"), "\(found)")
    #expect(found.contains(Self.png))
  }

  /// A PDF as each protocol says it.
  static func file(_ client: DialectID) -> String {
    switch client {
    case .openAIChat:
      #"{"model":"asked","messages":[{"role":"user","content":[{"type":"text","text":"read"},{"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,\#(pdf)"}}]}]}"#
    case .openAIResponses:
      #"{"model":"asked","input":[{"role":"user","content":[{"type":"input_text","text":"read"},{"type":"input_file","filename":"a.pdf","file_data":"data:application/pdf;base64,\#(pdf)"}]}]}"#
    case .anthropic:
      #"{"model":"asked","max_tokens":9,"messages":[{"role":"user","content":[{"type":"text","text":"read"},{"type":"document","title":"a.pdf","source":{"type":"base64","media_type":"application/pdf","data":"\#(pdf)"}}]}]}"#
    case .gemini:
      #"{"contents":[{"role":"user","parts":[{"text":"read"},{"inlineData":{"mimeType":"application/pdf","data":"\#(pdf)","displayName":"a.pdf"}}]}]}"#
    }
  }

  @Test(arguments: DialectID.allCases, DialectID.allCases)
  func aPDFIsADocumentEverywhere(client: DialectID, upstream: DialectID) throws {
    guard client != upstream else { return }
    let sent = try Passage.send(Self.file(client), from: client, to: upstream)
    let data = "data:application/pdf;base64,\(Self.pdf)"
    switch upstream {
    case .openAIChat:
      #expect(sent.body.at("messages.0.content.1.file.file_data")?.string == data)
      #expect(sent.body.at("messages.0.content.1.file.filename")?.string?.hasSuffix(".pdf") == true)
    case .openAIResponses:
      #expect(sent.body.at("input.0.content.1.file_data")?.string == data)
      #expect(sent.body.at("input.0.content.1.filename")?.string?.hasSuffix(".pdf") == true)
    case .anthropic:
      #expect(sent.body.at("messages.0.content.1.type")?.string == "document")
      #expect(
        sent.body.at("messages.0.content.1.source")?.text
          == #"{"type":"base64","media_type":"application/pdf","data":"\#(Self.pdf)"}"#)
    case .gemini:
      #expect(sent.body.at("contents.0.parts.1.inlineData.mimeType")?.string == "application/pdf")
      #expect(sent.body.at("contents.0.parts.1.inlineData.data")?.string == Self.pdf)
    }
  }

  /// Anthropic takes no bytes but PDF's and text's.
  @Test func aFileAnthropicCannotReadIsAMarkerAndDeclared() throws {
    let body = Self.file(.openAIChat).replacing("application/pdf", with: "application/zip")
      .replacing("a.pdf", with: "a.zip").replacing(Self.pdf, with: "UEsDBA==")
    let sent = try Passage.send(body, from: .openAIChat, to: .anthropic)
    #expect(!sent.text.contains("UEsDBA=="))
    #expect(sent.body.at("messages.0.content.1.text")?.string == "[file left out]")
    #expect(!sent.losses.isEmpty)
  }

  /// Models that read text only: a marker in the image's place, on every way and inside results.
  @Test(arguments: DialectID.allCases, DialectID.allCases)
  func aModelThatTakesNoImagesIsSentNone(client: DialectID, upstream: DialectID) throws {
    for body in [Self.request(client), Self.result(client)] {
      guard let body else { continue }
      let sent = try Passage.send(body, from: client, to: upstream) { $0.imageInput = false }
      #expect(!sent.text.contains(Self.png))
      // Gemini's own results hold media beside a response that is the client's.
      if client != .gemini || upstream != .gemini { #expect(sent.text.contains("image left out")) }
      #expect(!sent.losses.isEmpty)
    }
  }

  /// What Anthropic has no word for is named, and what was said beside it stays.
  @Test(arguments: [
    (#"{"type":"image_url","image_url":{"url":"https://e.example/a.png","detail":"high"}}"#, "detail"),
    (#"{"type":"input_audio","input_audio":{"data":"AA==","format":"mp3"}}"#, "audio"),
    (#"{"type":"video_url","video_url":{"url":"https://e.example/v.mp4"}}"#, "video"),
  ])
  func detailAudioAndVideoAreDeclaredForAnthropic(part: String, word: String) throws {
    let body =
      #"{"model":"asked","messages":[{"role":"user","content":[{"type":"text","text":"see"},\#(part)]}]}"#
    let sent = try Passage.send(body, from: .openAIChat, to: .anthropic)
    #expect(sent.losses.contains { ($0.path + $0.reason).contains(word) }, "\(sent.losses)")
    #expect(sent.body.at("messages.0.content.0.text")?.string == "see")
    #expect(!sent.text.contains("AA==") && !sent.text.contains("mp4"))
  }
}
