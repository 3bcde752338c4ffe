import Conversation
import Wire

extension OpenAIResponses {
  /// Reads an error body of OpenAI's shape, a vendor's, or plain text.
  public func readFailure(status: Int, body: [UInt8]) -> UpstreamFailure {
    guard let json = try? JSON(parsing: body) else {
      return UpstreamFailure(
        Self.isContextOverflow(String(decoding: body.prefix(4096), as: UTF8.self))
          ? .contextLength : UpstreamFailure.kind(forStatus: status),
        status: status, message: Self.plainText(body, status: status))
    }
    if let error = json["error"], error.isObject {
      return Self.failure(error, status: status, original: json)
    }
    let message =
      json["error"]?.string ?? json["message"]?.string ?? json["detail"]?.string ?? json["error_msg"]?.string
      ?? "the provider answered \(status)"
    var failure = UpstreamFailure(UpstreamFailure.kind(forStatus: status), status: status, message: message)
    failure.code = json["code"]?.string
    if Self.isContextOverflow(message) { failure.kind = .contextLength }
    failure.original = OpaquePart(id, json)
    return failure
  }

  /// Reads an `error` object, from an error body, a failed response or an event.
  ///
  /// `original` is what it stood in.
  static func failure(_ error: JSON, status: Int? = nil, original: JSON) -> UpstreamFailure {
    let code = error["code"]?.string
    let status = status ?? error["code"]?.int ?? error["status"]?.int ?? error["status_code"]?.int
    let message = error["message"]?.string ?? code ?? "the provider reported an error"
    var failure = UpstreamFailure(
      kind(code: code, type: error["type"]?.string, status: status, message: message), status: status,
      message: message)
    failure.code = code
    failure.param = error["param"]?.string
    failure.retryAfter = RetryWords.delay(in: message)
    failure.original = OpaquePart(dialect, original)
    return failure
  }

  private static func kind(code: String?, type: String?, status: Int?, message: String) -> UpstreamFailure.Kind {
    if isContextOverflow(message) { return .contextLength }
    switch code {
    case "context_length_exceeded": return .contextLength
    case "previous_response_not_found": return .previousResponseNotFound
    case "rate_limit_exceeded", "too_many_requests", "tokens_exceeded": return .rateLimited
    case "insufficient_quota", "usage_not_included", "billing_hard_limit_reached", "billing_not_active":
      return status == nil || status == 429 || status == 402 ? .billing : UpstreamFailure.kind(forStatus: status ?? 402)
    case "server_is_overloaded", "slow_down", "overloaded": return .overloaded
    case "server_error", "internal_error": return status == 503 ? .overloaded : .server
    case "invalid_api_key", "account_deactivated": return .authentication
    case "model_not_found": return .notFound
    case "invalid_prompt": return .invalidRequest
    default: break
    }
    if let status, status >= 400 { return UpstreamFailure.kind(forStatus: status) }
    switch type {
    case "invalid_request_error": return .invalidRequest
    case "authentication_error": return .authentication
    case "permission_error": return .permission
    case "not_found_error": return .notFound
    case "rate_limit_error", "tokens", "requests": return .rateLimited
    case "insufficient_quota": return .billing
    case "service_unavailable_error", "overloaded_error": return .overloaded
    default: return .server
    }
  }

  /// Whether a vendor's words mean that the prompt is longer than the model's window.
  static func isContextOverflow(_ message: String) -> Bool {
    let text = message.lowercased()
    return [
      "context_length_exceeded", "prompt is too long", "maximum context length", "exceeds the context window",
      "exceed context limit", "input token count", "context window of this model", "input is too long",
      "exceeds the available context size", "maximum prompt length", "too many input tokens",
      "model_context_window_exceeded",
    ].contains { text.contains($0) }
  }

  /// The first words of a body that is not JSON, without markup.
  static func plainText(_ body: [UInt8], status: Int) -> String {
    var text = ""
    var depth = 0
    var wasSpace = true
    for character in String(decoding: body.prefix(16_384), as: UTF8.self) {
      if character == "<" {
        depth += 1
      } else if character == ">", depth > 0 {
        depth -= 1
      } else if depth == 0 {
        let isSpace = character.isWhitespace
        if !isSpace { text.append(character) } else if !wasSpace { text.append(" ") }
        wasSpace = isSpace
        if text.count >= 200 { break }
      }
    }
    let trimmed = text.hasSuffix(" ") ? String(text.dropLast()) : text
    return trimmed.isEmpty ? "the provider answered \(status) without a word" : trimmed
  }

  // MARK: - Writing

  /// Writes an error body; one of this protocol stays as it was.
  public func writeFailure(_ failure: UpstreamFailure, requestID: String) -> FailureReply {
    let status = Self.status(of: failure)
    var writer = JSONWriter()
    if let original = failure.original, original.dialect == id, original.json["error"]?.isObject == true,
      original.json["output"] == nil, original.json["type"] == nil
    {
      writer.value(original.json)
      let told = failure.status.flatMap { (400...599).contains($0) ? $0 : nil }
      return FailureReply(status: told ?? status, body: writer.finish())
    }
    writer.object { writer in
      writer.object("error") { writer in
        writer.member("message", Self.message(of: failure))
        writer.member("type", static: Self.type(of: failure.kind))
        if let param = failure.param { writer.member("param", param) } else { writer.nullMember("param") }
        if let code = Self.code(of: failure) { writer.member("code", code) } else { writer.nullMember("code") }
      }
    }
    return FailureReply(status: status, body: writer.finish())
  }

  private static func status(of failure: UpstreamFailure) -> Int {
    switch failure.kind {
    case .invalidRequest, .contextLength, .previousResponseNotFound: 400
    case .authentication: 401
    // OpenAI tells spent money as 429, and clients know it by its code.
    case .billing: failure.status == 402 ? 402 : 429
    case .permission: 403
    case .notFound: 404
    case .conflict: 409
    case .requestTooLarge: 413
    case .unsupportedMediaType: 415
    case .unprocessable: 422
    case .rateLimited: 429
    case .overloaded: 503
    case .timeout: 504
    case .server: failure.status.map { (500..<600).contains($0) && $0 != 529 ? $0 : 500 } ?? 500
    case .badGateway: 502
    case .cancelled: 499
    }
  }

  private static func type(of kind: UpstreamFailure.Kind) -> StaticString {
    switch kind {
    case .invalidRequest, .contextLength, .previousResponseNotFound, .authentication, .notFound, .conflict,
      .requestTooLarge, .unsupportedMediaType, .unprocessable, .cancelled:
      "invalid_request_error"
    case .permission: "permission_error"
    case .billing: "insufficient_quota"
    case .rateLimited: "rate_limit_error"
    case .overloaded: "service_unavailable_error"
    case .timeout, .server, .badGateway: "server_error"
    }
  }

  private static func code(of failure: UpstreamFailure) -> String? {
    switch failure.kind {
    case .contextLength: "context_length_exceeded"
    case .previousResponseNotFound: "previous_response_not_found"
    case .rateLimited: "rate_limit_exceeded"
    case .billing: "insufficient_quota"
    case .authentication: failure.code ?? "invalid_api_key"
    case .overloaded: "server_is_overloaded"
    default: failure.code
    }
  }

  /// The code of a failed response, which the type demands and Codex acts upon.
  ///
  /// Codes of other vendors are none of the type's, and strict clients would not read the event.
  static func streamCode(of failure: UpstreamFailure) -> String {
    var failure = failure
    if failure.original?.dialect != dialect, let code = failure.code, !streamCodes.contains(code) { failure.code = nil }
    switch failure.kind {
    case .contextLength, .previousResponseNotFound, .rateLimited, .billing, .overloaded:
      return code(of: failure) ?? "server_error"
    case .invalidRequest, .unprocessable, .notFound, .requestTooLarge, .unsupportedMediaType:
      return failure.code ?? "invalid_prompt"
    case .authentication, .permission, .conflict, .timeout, .server, .badGateway, .cancelled:
      return failure.code ?? "server_error"
    }
  }

  /// The message of a failed response: inside a stream no header can say when to come back, so Codex reads it here.
  static func streamMessage(of failure: UpstreamFailure) -> String {
    let text = message(of: failure)
    guard failure.kind == .rateLimited, let delay = failure.retryAfter, delay > 0, delay < 86_400,
      !text.lowercased().contains("try again in")
    else { return text }
    return "\(text) Please try again in \(Int(delay.rounded(.up)))s."
  }

  /// Those of the `ResponseError` type, and three more that OpenAI sends and Codex knows.
  ///
  /// https://developers.openai.com/api/reference/resources/responses/streaming-events, `response.failed`
  private static let streamCodes: Set<String> = [
    "server_error", "rate_limit_exceeded", "invalid_prompt", "data_residency_mismatch", "bio_policy",
    "vector_store_timeout", "invalid_image", "invalid_image_format", "invalid_base64_image", "invalid_image_url",
    "image_too_large", "image_too_small", "image_parse_error", "image_content_policy_violation", "invalid_image_mode",
    "image_file_too_large", "unsupported_image_media_type", "empty_image_file", "failed_to_download_image",
    "image_file_not_found", "context_length_exceeded", "insufficient_quota", "usage_not_included",
  ]

  /// The message, in OpenAI's words where clients look for them.
  static func message(of failure: UpstreamFailure) -> String {
    let own = failure.original.map { $0.dialect == .openAIResponses || $0.dialect == .openAIChat } ?? false
    guard failure.kind == .contextLength, !own else { return failure.message }
    return "Your input exceeds the context window of this model. Please adjust your input and try again. "
      + "(\(failure.message))"
  }
}
