import Conversation
import Wire

extension OpenAIChat {
  /// Reads an upstream's error answer, whatever its shape.
  public func readFailure(status: Int, body: [UInt8]) -> UpstreamFailure {
    guard let json = try? JSON(parsing: body) else {
      return UpstreamFailure(
        Self.kind(status: status, code: nil, type: nil, message: ""), status: status,
        message: Self.plainText(body) ?? "the upstream answered with status \(status)")
    }
    // Some servers wrap the error in an array.
    let whole = json.isArray ? json.elements.first ?? json : json
    if let error = whole["error"], !error.isNull { return Self.failure(error, status: status, whole: json) }
    return Self.failure(whole, status: status, whole: json)
  }

  /// An error object, wherever it was found.
  ///
  /// Without a status its own code counts where it is one.
  static func failure(_ error: JSON, status: Int?, whole: JSON) -> UpstreamFailure {
    let number = error["code"]?.int ?? error["status_code"]?.int ?? error["status"]?.int
    let code = error["code"]?.string
    let type = error["type"]?.string
    let status = status ?? number.flatMap { (400..<600).contains($0) ? $0 : nil }
    let message = text(of: error) ?? "the upstream reported an error and did not say which"
    var failure = UpstreamFailure(
      kind(status: status, code: code, type: type, message: message), status: status, message: message,
      code: code, param: error["param"]?.string)
    failure.retryAfter = RetryWords.delay(in: message)
    failure.original = OpaquePart(.openAIChat, whole.detached())
    return failure
  }

  private static func text(of error: JSON) -> String? {
    let candidates = [error, error["message"], error["detail"], error["error"], error["details"], error["msg"]]
    for case .some(let candidate) in candidates {
      if let text = candidate.string, !text.isEmpty { return text }
      // FastAPI: a list of what does not fit.
      if let first = candidate.elements.first, let text = first["msg"]?.string ?? first["message"]?.string {
        return text
      }
    }
    return error["message"].flatMap { $0.isObject ? $0.text : nil }
  }

  static func kind(status: Int?, code: String?, type: String?, message: String) -> UpstreamFailure.Kind {
    let words = message.lowercased()
    switch code ?? type {
    case "context_length_exceeded", "exceed_context_size_error": return .contextLength
    case "insufficient_quota": return .billing
    case "previous_response_not_found": return .previousResponseNotFound
    case "invalid_api_key": return .authentication
    case "model_not_found": return .notFound
    case "bad_gateway": return .badGateway
    case "rate_limit_exceeded", "RateLimitReached": return .rateLimited
    case "server_is_overloaded", "overloaded_error", "engine_overloaded_error", "slow_down": return .overloaded
    default: break
    }
    switch type {
    case "exceed_context_size_error": return .contextLength
    case "insufficient_quota": return .billing
    case "overloaded_error", "engine_overloaded_error": return .overloaded
    default: break
    }
    if status != 429, status != 401, status != 403, tellsOverflow(words) { return .contextLength }
    if status == 429, words.contains("overloaded") { return .overloaded }
    if let status { return UpstreamFailure.kind(forStatus: status) }
    switch type {
    case "invalid_request_error", "BadRequestError": return .invalidRequest
    case "authentication_error": return .authentication
    case "permission_error": return .permission
    case "not_found_error": return .notFound
    case "rate_limit_error", "requests", "tokens": return .rateLimited
    case "service_unavailable_error": return .overloaded
    case "timeout_error": return .timeout
    default: return words.contains("overloaded") ? .overloaded : .server
    }
  }

  /// Vendors' wordings of a prompt over the context window.
  private static func tellsOverflow(_ words: String) -> Bool {
    let wordings = [
      "maximum context length", "context length exceeded", "context_length_exceeded", "context window",
      "prompt is too long", "input is too long", "prompt too long", "available context size", "maximum prompt length",
      "exceeds the maximum number of tokens", "exceeded model token limit", "input token count",
      "range of input length", "token limit reached", "too many tokens", "reduce the length of the messages",
      "larger than the maximum context", "longer than the model's context", "exceeds the context", "context size",
    ]
    return wordings.contains { words.contains($0) }
  }

  /// The first words of a body that is not JSON, without markup.
  static func plainText(_ body: [UInt8]) -> String? {
    var text = ""
    var isInTag = false
    var hidden: String?
    var tag = ""
    for character in String(decoding: body.prefix(16_384), as: UTF8.self) {
      if isInTag {
        if character == ">" {
          isInTag = false
          let name = tag.lowercased()
          if let skipped = hidden {
            if name.hasPrefix("/" + skipped) { hidden = nil }
          } else if name.hasPrefix("style") || name.hasPrefix("script") {
            hidden = name.hasPrefix("style") ? "style" : "script"
          }
          if text.last?.isWhitespace == false { text.append(" ") }
        } else if tag.count < 16 {
          tag.append(character)
        }
      } else if character == "<" {
        isInTag = true
        tag = ""
      } else if hidden == nil {
        if character.isWhitespace {
          if text.last?.isWhitespace == false { text.append(" ") }
        } else {
          text.append(character)
        }
      }
      if text.count >= 200 { break }
    }
    while text.last?.isWhitespace == true { text.removeLast() }
    return text.isEmpty ? nil : text
  }

  /// Writes an error for a client; one in OpenAI's shape goes out as it came.
  public func writeFailure(_ failure: UpstreamFailure, requestID: String) -> FailureReply {
    if let original = failure.original, original.dialect == .openAIChat, original.json["error"]?.isObject == true {
      let (status, _, _) = Self.words(for: failure.kind)
      var writer = JSONWriter()
      writer.value(original.json)
      return FailureReply(status: failure.status ?? status, body: writer.finish())
    }
    var writer = JSONWriter()
    let status = Self.write(failure, into: &writer)
    return FailureReply(status: status, body: writer.finish())
  }

  /// Writes the envelope and tells the status that belongs to it.
  @discardableResult
  static func write(_ failure: UpstreamFailure, into writer: inout JSONWriter) -> Int {
    let (status, type, code) = words(for: failure.kind)
    writer.object { writer in
      writer.object("error") { writer in
        writer.member("message", failure.message)
        writer.member("type", type)
        if let param = failure.param { writer.member("param", param) } else { writer.nullMember("param") }
        if let code = code ?? failure.code { writer.member("code", code) } else { writer.nullMember("code") }
      }
    }
    guard failure.kind == .server, let told = failure.status, (500..<600).contains(told), told != 529 else {
      return status
    }
    return told
  }

  /// How OpenAI says it: status, `type`, and `code` where the kind has one.
  private static func words(for kind: UpstreamFailure.Kind) -> (status: Int, type: String, code: String?) {
    switch kind {
    case .invalidRequest: (400, "invalid_request_error", nil)
    case .contextLength: (400, "invalid_request_error", "context_length_exceeded")
    case .authentication: (401, "invalid_request_error", "invalid_api_key")
    case .permission: (403, "permission_error", nil)
    case .billing: (429, "insufficient_quota", "insufficient_quota")
    case .notFound: (404, "invalid_request_error", nil)
    case .previousResponseNotFound: (400, "invalid_request_error", "previous_response_not_found")
    case .conflict: (409, "invalid_request_error", nil)
    case .requestTooLarge: (413, "invalid_request_error", nil)
    case .unsupportedMediaType: (415, "invalid_request_error", nil)
    case .unprocessable: (422, "invalid_request_error", nil)
    case .rateLimited: (429, "rate_limit_error", "rate_limit_exceeded")
    case .overloaded: (503, "service_unavailable_error", nil)
    case .timeout: (504, "timeout_error", nil)
    case .server: (500, "server_error", nil)
    case .badGateway: (502, "server_error", "bad_gateway")
    case .cancelled: (499, "server_error", nil)
    }
  }
}
