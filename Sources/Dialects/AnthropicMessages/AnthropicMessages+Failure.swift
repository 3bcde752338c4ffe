import Conversation
import Wire

extension AnthropicMessages {
  /// Reads an error body of any shape, pages of markup included.
  public func readFailure(status: Int, body: [UInt8]) -> UpstreamFailure {
    if let json = try? JSON(parsing: body), json.isObject { return Self.failure(in: json, status: status) }
    let text = AnthropicErrorText.plain(body)
    let message = text.isEmpty ? "the upstream answered with status \(status)" : text
    var kind = UpstreamFailure.kind(forStatus: status)
    if kind == .invalidRequest, AnthropicErrorText.isContextOverflow(text) { kind = .contextLength }
    return UpstreamFailure(kind, status: status, message: message)
  }

  /// Writes an error body; Anthropic's own is kept as it was.
  public func writeFailure(_ failure: UpstreamFailure, requestID: String) -> FailureReply {
    var writer = JSONWriter()
    Self.write(failure, requestID: requestID, to: &writer)
    return FailureReply(status: Self.status(of: failure), body: writer.finish())
  }

  /// Reads an error object, an Anthropic one or what vendors send in its stead.
  static func failure(in json: JSON, status: Int?) -> UpstreamFailure {
    let error = json["error"] ?? json
    let type = error["type"]?.string ?? ""
    let message =
      error["message"]?.string ?? error.string ?? json["message"]?.string ?? json["detail"]?.string ?? json["msg"]?
      .string
      ?? "the upstream answered with an error"
    var kind = kind(ofType: type) ?? status.map(UpstreamFailure.kind(forStatus:)) ?? .server
    let code = error["code"]?.string
    if kind == .invalidRequest || kind == .requestTooLarge || kind == .server,
      code == "context_length_exceeded" || AnthropicErrorText.isContextOverflow(message)
    {
      kind = .contextLength
    }
    var failure = UpstreamFailure(kind, status: status, message: message, code: code)
    failure.param = error["param"]?.string
    failure.requestID = json["request_id"]?.string
    if json["type"]?.isString("error") == true { failure.original = OpaquePart(dialect, json) }
    return failure
  }

  private static func kind(ofType type: String) -> UpstreamFailure.Kind? {
    switch type {
    case "invalid_request_error": .invalidRequest
    case "authentication_error": .authentication
    case "billing_error": .billing
    case "permission_error": .permission
    case "not_found_error": .notFound
    case "conflict_error": .conflict
    case "request_too_large": .requestTooLarge
    case "rate_limit_error": .rateLimited
    case "overloaded_error": .overloaded
    case "timeout_error": .timeout
    case "api_error": .server
    default: nil
    }
  }

  /// The status a client gets.
  ///
  /// Only overload keeps Anthropic's own 529.
  private static func status(of failure: UpstreamFailure) -> Int {
    if failure.original?.dialect == dialect, let status = failure.status, status >= 400 { return status }
    return switch failure.kind {
    case .invalidRequest, .contextLength, .previousResponseNotFound: 400
    case .authentication: 401
    case .billing: 402
    case .permission: 403
    case .notFound: 404
    case .conflict: 409
    case .requestTooLarge: 413
    case .unsupportedMediaType: 415
    case .unprocessable: 422
    case .rateLimited: 429
    case .cancelled: 499
    case .server: 500
    case .badGateway: 502
    case .timeout: 504
    case .overloaded: 529
    }
  }

  private static func type(of kind: UpstreamFailure.Kind) -> StaticString {
    switch kind {
    case .invalidRequest, .contextLength, .previousResponseNotFound, .unsupportedMediaType, .unprocessable:
      "invalid_request_error"
    case .conflict: "conflict_error"
    case .authentication: "authentication_error"
    case .billing: "billing_error"
    case .permission: "permission_error"
    case .notFound: "not_found_error"
    case .requestTooLarge: "request_too_large"
    case .rateLimited: "rate_limit_error"
    case .overloaded: "overloaded_error"
    case .timeout: "timeout_error"
    case .server, .badGateway, .cancelled: "api_error"
    }
  }

  static func write(_ failure: UpstreamFailure, requestID: String, to writer: inout JSONWriter) {
    if let original = failure.original, original.dialect == dialect { return writer.value(original.json) }
    var message = failure.message
    // Claude Code compacts the conversation on these words.
    if failure.kind == .contextLength, !message.contains("prompt is too long") {
      message = "prompt is too long: " + message
    }
    writer.object { writer in
      writer.member("type", static: "error")
      writer.object("error") { writer in
        writer.member("type", static: type(of: failure.kind))
        writer.member("message", message)
      }
      writer.member("request_id", requestID)
    }
  }
}

/// Words in error bodies.
enum AnthropicErrorText {
  /// How vendors say that the prompt is longer than the model's window.
  private static let overflow = [
    "prompt is too long", "context_length_exceeded", "maximum context length", "context length exceeded",
    "context window", "exceeds the maximum number of tokens", "input is too long", "input token count",
    "too many tokens", "exceeds the model's maximum", "maximum prompt length", "reduce the length of the messages",
    "input length and `max_tokens` exceed context limit", "exceeded model token limit", "exceeds the available context",
    "range of input length",
  ]

  static func isContextOverflow(_ message: String) -> Bool {
    let text = message.lowercased()
    return overflow.contains { text.contains($0) }
  }

  /// The first words of a body that is no JSON, markup left out.
  static func plain(_ body: [UInt8], limit: Int = 200) -> String {
    var text = String(decoding: body.prefix(16_384), as: UTF8.self)
    for name in ["script", "style", "head"] { text = removing(name, from: text) }
    var words = ""
    var length = 0
    var isInsideTag = false
    var needsSpace = false
    for character in text {
      if character == "<" {
        isInsideTag = true
        needsSpace = true
      } else if character == ">", isInsideTag {
        isInsideTag = false
      } else if isInsideTag {
        continue
      } else if character.isWhitespace {
        needsSpace = true
      } else {
        if needsSpace, length > 0 {
          words.append(" ")
          length += 1
        }
        needsSpace = false
        guard length < limit else { break }
        words.append(character)
        length += 1
      }
    }
    return words
  }

  private static func removing(_ tag: String, from text: String) -> String {
    var rest = Substring(text)
    var kept = ""
    while let start = rest.firstRange(of: "<" + tag) {
      kept += rest[..<start.lowerBound]
      rest = rest[start.upperBound...]
      guard let end = rest.firstRange(of: "</" + tag) else { return kept }
      rest = rest[end.lowerBound...]
    }
    return kept + rest
  }
}
