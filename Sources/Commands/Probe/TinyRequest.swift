import Conversation
import Foundation
import NIOCore
import Providers
import Upstream

/// The smallest real request of a protocol, and whether what comes back is an answer.
struct TinyRequest: Sendable {
  let endpoint: Endpoint
  let model: String
  let quirks: Quirks

  /// The call to make.
  func call(token: String?, provider: Provider, proxy: String?) throws -> UpstreamRequest {
    UpstreamRequest(
      method: "POST", url: try endpoint.url(for: .generate(model: model, stream: false)),
      headers: [("content-type", "application/json"), ("accept", "application/json")] + endpoint.headers(token: token),
      body: ByteBuffer(string: body.json(pretty: false)), proxy: proxy, http2: provider.http2,
      connectTimeout: provider.timeouts.connect ?? 10, firstByteTimeout: provider.timeouts.firstByte ?? 60,
      idleTimeout: provider.timeouts.idle ?? 60)
  }

  private static let question = "Reply with the word ok."

  private var body: OutputValue {
    let message: OutputValue = .list([.object(["role": .text("user"), "content": .text(Self.question)])])
    switch endpoint.dialect {
    case .openAIChat:
      let limit = quirks.maxTokensField == .maxCompletionTokens ? "max_completion_tokens" : "max_tokens"
      return .object([
        .init(name: "model", value: .text(model)), .init(name: "messages", value: message),
        .init(name: limit, value: .integer(16)),
      ])
    case .openAIResponses:
      return .object(["model": .text(model), "input": .text(Self.question), "max_output_tokens": .integer(16)])
    case .anthropic:
      return .object(["model": .text(model), "max_tokens": .integer(16), "messages": message])
    case .gemini:
      let content: OutputValue = .object([
        "role": .text("user"), "parts": .list([.object(["text": .text(Self.question)])]),
      ])
      return .object([
        "contents": .list([content]), "generationConfig": .object(["maxOutputTokens": .integer(16)]),
      ])
    }
  }

  /// Whether an answer is one of the protocol's.
  func isAnswered(by answer: OutboundHTTP.Answer) -> Bool {
    guard (200..<300).contains(answer.status),
      let root = try? JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any]
    else { return false }
    return switch endpoint.dialect {
    case .openAIChat: root["choices"] is [Any]
    case .openAIResponses: root["output"] is [Any]
    case .anthropic: root["content"] is [Any]
    case .gemini: root["candidates"] is [Any]
    }
  }
}
