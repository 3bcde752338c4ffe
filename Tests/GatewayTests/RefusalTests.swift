import Conversation
import Providers
import Routing
import Testing
import Upstream
import Wire

/// An upstream that refuses a part of a request is asked once more without it.
@Suite(.timeLimit(.minutes(15))) struct RefusalTests {
  static let pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

  static func picture(_ client: DialectID) -> String {
    switch client {
    case .openAIChat:
      #"{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"what is it"},{"type":"image_url","image_url":{"url":"data:image/png;base64,\#(pixel)"}}]}]}"#
    case .openAIResponses:
      #"{"model":"m","store":false,"input":[{"role":"user","content":[{"type":"input_text","text":"what is it"},{"type":"input_image","image_url":"data:image/png;base64,\#(pixel)"}]}]}"#
    case .anthropic:
      #"{"model":"m","max_tokens":100,"messages":[{"role":"user","content":[{"type":"text","text":"what is it"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"\#(pixel)"}}]}]}"#
    case .gemini:
      #"{"contents":[{"role":"user","parts":[{"text":"what is it"},{"inlineData":{"mimeType":"image/png","data":"\#(pixel)"}}]}]}"#
    }
  }

  /// How servers say that a model only reads.
  static let refusals: [(status: Int, message: String)] = [
    (400, "Model only support text input"), (400, "this model does not support image input (ref: b8bd630e)"),
    (404, "No endpoints found that support image input"),
    (
      400,
      "Failed to deserialize the JSON body into the target type: messages[137]: unknown variant `image_url`, expected `text`"
    ), (400, "/models/some-model is not a multimodal model"),
    (500, "image input is not supported - hint: if this is unexpected, you may need to provide the mmproj"),
    (400, "Invalid content type. image_url is only supported by certain models."),
    (400, "At most 0 image(s) may be provided in one prompt."), (400, "Image input modality is not enabled for m"),
    (422, "Image inputs are not supported by this model."), (400, "该模型不支持图片输入"),
    (500, #"Failed to parse messages: Unsupported content part type: "image_url""#),
  ]

  @Test(arguments: refusals.indices)
  func aModelThatRefusesImagesIsAskedOnceMoreWithoutAndNeverAgainWith(index: Int) async throws {
    let (status, message) = Self.refusals[index]
    let error = JSON.string(message).text
    let upstream = ScriptedUpstream { request in
      request.text.contains(Self.pixel)
        ? .json(#"{"error":{"message":\#(error)}}"#, status: status) : .json(Conversations.response(.openAIChat))
    }
    try await GatewayFixture.run(.openAIChat, upstream) { gateway in
      for (client, calls) in [(DialectID.openAIChat, 2), (.openAIChat, 3)] {
        let answer = try await gateway.post(Conversations.path(client), Self.picture(client))
        #expect(answer.status == 200 && answer.text.contains("good day"))
        #expect(upstream.requests.count == calls, "only the first request fails first")
        #expect(gateway.records.last?.losses.contains { $0.reason.contains("takes no images") } == true)
      }
      #expect(gateway.records.all.first?.attempts.map(\.status) == [status, 200])
      #expect(upstream.requests.last?.text.contains("image left out") == true)
    }
  }

  @Test(arguments: DialectID.allCases, DialectID.allCases)
  func imagesAreTakenOutOnEveryWay(client: DialectID, provider: DialectID) async throws {
    let upstream = ScriptedUpstream { request in
      request.text.contains(Self.pixel)
        ? .json(#"{"error":{"message":"this model does not support image input"}}"#, status: 400)
        : .json(Conversations.response(provider))
    }
    try await GatewayFixture.run(provider, upstream) { gateway in
      let path = client == .gemini ? "/v1beta/models/m:generateContent" : Conversations.path(client)
      let answer = try await gateway.post(path, Self.picture(client))
      #expect(answer.status == 200, "\(answer.text)")
      #expect(upstream.requests.count == 2)
      // Text alone still goes as it came.
      let plain = try await gateway.post(path, Conversations.request(client))
      #expect(plain.status == 200)
      #expect(upstream.requests.count == 3)
    }
  }

  /// What would be refused again is not sent again, and one picture's fault is not the model's.
  @Test(arguments: [
    (400, "You uploaded an unsupported image. Please make sure your image has one of the following formats"),
    (400, "image exceeds 5 MB maximum"), (400, "The image data is not supported: could not process image"),
    (400, "messages: at least one message is required"), (400, "media type image/tiff is not supported"),
    (
      400,
      "This model's maximum context length is 8192 tokens, your images do not fit; longer prompts are not supported"
    ), (401, "your plan does not support image input"), (429, "image input not supported at this rate"),
  ])
  func otherFailuresAreNotTriedAgain(status: Int, message: String) async throws {
    let upstream = ScriptedUpstream(.json(#"{"error":{"message":"\#(message)"}}"#, status: status))
    try await GatewayFixture.run(.openAIChat, upstream) { gateway in
      let answer = try await gateway.post("/v1/chat/completions", Self.picture(.openAIChat))
      #expect(answer.status == status)
      #expect(upstream.requests.count == 1)
    }
  }

  @Test func aRequestWithoutImagesIsNotTriedAgain() async throws {
    let error = #"{"error":{"message":"this model does not support image input"}}"#
    let upstream = ScriptedUpstream(.json(error, status: 400))
    try await GatewayFixture.run(.openAIChat, upstream) { gateway in
      let answer = try await gateway.post("/v1/chat/completions", Conversations.request(.openAIChat))
      #expect(answer.status == 400 && upstream.requests.count == 1)
      // Nor one that is refused without them, too.
      let picture = try await gateway.post("/v1/chat/completions", Self.picture(.openAIChat))
      #expect(picture.status == 400 && upstream.requests.count == 3)
      // And nothing was learned of it.
      _ = try await gateway.post("/v1/chat/completions", Self.picture(.openAIChat))
      #expect(upstream.requests.count == 5)
    }
  }

  // MARK: - Item ids

  static func history(store: Bool) -> String {
    #"{"model":"m","store":\#(store),"x":1.0,"input":[{"type":"message","role":"user","content":"q"},{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"ENC"},{"id":"fc_1","type":"function_call","call_id":"c1","name":"look","arguments":"{}"},{"type":"function_call_output","call_id":"c1","output":"seen", "id" : "fco_1"}]}"#
  }

  /// OpenAI takes ids of what nobody stored, some deployments on Azure look them up.
  ///
  /// The encrypted reasoning stays.
  @Test(arguments: [false, true])
  func itemsThatNobodyStoredGoWithoutTheirIdsWhereTheServerLooksThemUp(store: Bool) async throws {
    let error =
      #"{"error":{"message":"Item with id 'rs_1' not found. Items are not persisted when `store` is set to false. Try again with `store` set to true, or remove this item from your input.","type":"invalid_request_error","param":"input","code":null}}"#
    let upstream = ScriptedUpstream { request in
      request.text.contains("rs_1")
        ? .json(error, status: 404) : .json(Conversations.response(.openAIResponses))
    }
    try await GatewayFixture.run(.openAIResponses, upstream) { gateway in
      let body = Self.history(store: store)
      let answer = try await gateway.post("/v1/responses", body)
      #expect(answer.status == 200)
      #expect(upstream.requests.first?.text == body, "as it came, for whoever takes it")
      let bare =
        #"{"model":"m","store":\#(store),"x":1.0,"input":[{"type":"message","role":"user","content":"q"},{"type":"reasoning","summary":[],"encrypted_content":"ENC"},{"type":"function_call","call_id":"c1","name":"look","arguments":"{}"},{"type":"function_call_output","call_id":"c1","output":"seen"}]}"#
      #expect(upstream.requests.last?.text == bare)
      #expect(gateway.records.last?.exchangePath == .patched)
      _ = try await gateway.post("/v1/responses", body)
      // Where responses are stored, the next id may be a good one.
      #expect(upstream.requests.count == (store ? 4 : 3))
    }
  }

  /// Reasoning that is nothing but its id goes, and others' requests stay as they are.
  @Test func idsWithoutStateAreTheirClientsFault() async throws {
    let error = #"{"error":{"message":"Item with id 'rs_9' not found.","type":"invalid_request_error"}}"#
    let upstream = ScriptedUpstream { request in
      request.text.contains("rs_9")
        ? .json(error, status: 404) : .json(Conversations.response(.openAIResponses))
    }
    try await GatewayFixture.run(.openAIResponses, upstream) { gateway in
      let bare =
        #"{"model":"m","store":false,"input":[{"type":"reasoning","id":"rs_9","summary":[]},{"role":"user","content":"q"}]}"#
      let first = try await gateway.post("/v1/responses", bare)
      #expect(first.status == 200)
      #expect(upstream.requests.last?.text.contains("reasoning") == false)
      let other = Self.history(store: false)
      let second = try await gateway.post("/v1/responses", other)
      #expect(second.status == 200)
      #expect(upstream.requests.last?.text == other && upstream.requests.count == 3)
    }
  }
}
