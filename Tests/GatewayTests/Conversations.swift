import Conversation

/// The same short exchange in the four protocols.
enum Conversations {
  static func path(_ dialect: DialectID, stream: Bool = false) -> String {
    switch dialect {
    case .openAIChat: "/v1/chat/completions"
    case .openAIResponses: "/v1/responses"
    case .anthropic: "/v1/messages"
    case .gemini: "/v1beta/models/some-model:" + (stream ? "streamGenerateContent?alt=sse" : "generateContent")
    }
  }

  static func request(_ dialect: DialectID, stream: Bool = false, extra: String = "") -> String {
    let flag = stream ? #","stream":true"# : ""
    return switch dialect {
    case .openAIChat:
      #"{"model":"some-model","messages":[{"role":"user","content":"hello"}]\#(flag)\#(extra)}"#
    case .openAIResponses: #"{"model":"some-model","input":"hello","store":false\#(flag)\#(extra)}"#
    case .anthropic:
      #"{"model":"some-model","max_tokens":100,"messages":[{"role":"user","content":"hello"}]\#(flag)\#(extra)}"#
    case .gemini: #"{"contents":[{"role":"user","parts":[{"text":"hello"}]}]\#(extra)}"#
    }
  }

  static func response(_ dialect: DialectID) -> String {
    switch dialect {
    case .openAIChat:
      #"{"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"up-model","choices":[{"index":0,"message":{"role":"assistant","content":"good day"},"finish_reason":"stop"}],"usage":{"prompt_tokens":12,"completion_tokens":3,"total_tokens":15,"prompt_tokens_details":{"cached_tokens":2}}}"#
    case .openAIResponses:
      #"{"id":"resp_1","object":"response","created_at":1,"status":"completed","model":"up-model","output":[{"id":"msg_1","type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","text":"good day","annotations":[]}]}],"usage":{"input_tokens":12,"input_tokens_details":{"cached_tokens":2},"output_tokens":3,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":15}}"#
    case .anthropic:
      #"{"id":"msg_1","type":"message","role":"assistant","model":"up-model","content":[{"type":"text","text":"good day"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":10,"cache_read_input_tokens":2,"cache_creation_input_tokens":0,"output_tokens":3}}"#
    case .gemini:
      #"{"candidates":[{"content":{"parts":[{"text":"good day"}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":12,"cachedContentTokenCount":2,"candidatesTokenCount":3,"totalTokenCount":15},"modelVersion":"up-model","responseId":"r1"}"#
    }
  }

  /// The same answer as a stream, cut before and after each event.
  static func stream(_ dialect: DialectID) -> [String] {
    switch dialect {
    case .openAIChat:
      [
        #"{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"up-model","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}"#,
        #"{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"up-model","choices":[{"index":0,"delta":{"content":"good "},"finish_reason":null}]}"#,
        #"{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"up-model","choices":[{"index":0,"delta":{"content":"day"},"finish_reason":null}]}"#,
        #"{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"up-model","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#,
        #"{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"up-model","choices":[],"usage":{"prompt_tokens":12,"completion_tokens":3,"total_tokens":15,"prompt_tokens_details":{"cached_tokens":2}}}"#,
        "[DONE]",
      ].map { "data: \($0)\n\n" }
    case .openAIResponses:
      [
        (
          "response.created",
          #""response":{"id":"resp_1","object":"response","created_at":1,"status":"in_progress","model":"up-model","output":[]}"#
        ),
        (
          "response.output_item.added",
          #""output_index":0,"item":{"id":"msg_1","type":"message","status":"in_progress","role":"assistant","content":[]}"#
        ),
        (
          "response.content_part.added",
          #""item_id":"msg_1","output_index":0,"content_index":0,"part":{"type":"output_text","text":"","annotations":[]}"#
        ),
        ("response.output_text.delta", #""item_id":"msg_1","output_index":0,"content_index":0,"delta":"good "#),
        ("response.output_text.delta", #""item_id":"msg_1","output_index":0,"content_index":0,"delta":"day"#),
        ("response.output_text.done", #""item_id":"msg_1","output_index":0,"content_index":0,"text":"good day""#),
        (
          "response.content_part.done",
          #""item_id":"msg_1","output_index":0,"content_index":0,"part":{"type":"output_text","text":"good day","annotations":[]}"#
        ),
        (
          "response.output_item.done",
          #""output_index":0,"item":{"id":"msg_1","type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","text":"good day","annotations":[]}]}"#
        ),
        ("response.completed", #""response":\#(response(.openAIResponses))"#),
      ].map { name, members in
        let closed = members.hasSuffix("good ") || members.hasSuffix("day") ? members + "\"" : members
        return "event: \(name)\ndata: {\"type\":\"\(name)\",\(closed)}\n\n"
      }
    case .anthropic:
      [
        (
          "message_start",
          #""message":{"id":"msg_1","type":"message","role":"assistant","model":"up-model","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":10,"cache_read_input_tokens":2,"output_tokens":1}}"#
        ),
        ("content_block_start", #""index":0,"content_block":{"type":"text","text":""}"#),
        ("content_block_delta", #""index":0,"delta":{"type":"text_delta","text":"good "}"#),
        ("content_block_delta", #""index":0,"delta":{"type":"text_delta","text":"day"}"#),
        ("content_block_stop", #""index":0"#),
        ("message_delta", #""delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":3}"#),
        ("message_stop", ""),
      ].map { name, members in
        "event: \(name)\ndata: {\"type\":\"\(name)\"\(members.isEmpty ? "" : ",")\(members)}\n\n"
      }
    case .gemini:
      [
        #"{"candidates":[{"content":{"parts":[{"text":"good "}],"role":"model"},"index":0}],"modelVersion":"up-model","responseId":"r1"}"#,
        #"{"candidates":[{"content":{"parts":[{"text":"day"}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":12,"cachedContentTokenCount":2,"candidatesTokenCount":3,"totalTokenCount":15},"modelVersion":"up-model","responseId":"r1"}"#,
      ].map { "data: \($0)\r\n\r\n" }
    }
  }

  /// The stream up to where something was said and nothing was ended.
  static func beginning(_ dialect: DialectID) -> [String] {
    Array(stream(dialect).prefix(dialect == .gemini ? 1 : dialect == .openAIChat ? 3 : 4))
  }

  /// What only the protocol's own error event has.
  static func errorMark(_ dialect: DialectID) -> String {
    switch dialect {
    case .openAIChat: #"data: {"error":"#
    case .openAIResponses: "event: response.failed"
    case .anthropic: "event: error"
    case .gemini: #""error":{"code":"#
    }
  }

  /// What only the protocol's own clean end has.
  static func endMark(_ dialect: DialectID) -> String {
    switch dialect {
    case .openAIChat: "[DONE]"
    case .openAIResponses: "response.completed"
    case .anthropic: "message_stop"
    case .gemini: "finishReason"
    }
  }

  /// Every client with every upstream.
  static let pairs: [(client: DialectID, upstream: DialectID)] = DialectID.allCases.flatMap { client in
    DialectID.allCases.map { (client, $0) }
  }
}
