import Conversation
import Wire

extension Gemini {
  // MARK: - Reading

  /// Reads an error answer: Google's envelope, alone or in an array, or whatever a proxy put there.
  public func readFailure(status: Int, body: [UInt8]) -> UpstreamFailure {
    guard let json = try? JSON(parsing: body), let error = Self.errorObject(in: json) else {
      let text = Self.plainText(body)
      return UpstreamFailure(
        Self.mentionsContextLength(text) ? .contextLength : UpstreamFailure.kind(forStatus: status), status: status,
        message: text.isEmpty ? "the upstream answered \(status) without a message" : text)
    }
    var failure = Self.readError(error, status: status)
    failure.original = OpaquePart(.gemini, json)
    return failure
  }

  /// The error of `{"error": …}`, alone or as the first element of an array, as streaming endpoints send it.
  private static func errorObject(in json: JSON) -> JSON? {
    let envelope = json.isArray ? json.elements.first : json
    guard let error = envelope?["error"], error.isObject || error.isString else { return nil }
    return error
  }

  /// Reads an error object, also one inside a stream.
  static func readError(_ error: JSON, status: Int?) -> UpstreamFailure {
    let message = error.string ?? error["message"]?.string ?? "the upstream told no reason"
    let word = error["status"]?.string
    let code = status ?? error["code"]?.int ?? error["code"]?.string.flatMap { Int($0) }
    var failure = UpstreamFailure(kind(word: word, code: code ?? 500), status: code, message: message)
    if failure.kind == .invalidRequest || failure.kind == .requestTooLarge, mentionsContextLength(message) {
      failure.kind = .contextLength
    }
    for detail in error["details"]?.elements ?? JSON.null.elements {
      if detail["reason"]?.isString("API_KEY_INVALID") == true { failure.kind = .authentication }
      if let delay = detail["retryDelay"]?.string, delay.hasSuffix("s") {
        failure.retryAfter = Double(delay.dropLast())
      }
    }
    if failure.kind == .invalidRequest, message.hasPrefix("API key not valid") || message.hasPrefix("API key expired") {
      failure.kind = .authentication
    }
    if failure.kind == .invalidRequest || failure.kind == .permission, message.lowercased().contains("billing") {
      failure.kind = .billing
    }
    return failure
  }

  private static func kind(word: String?, code: Int) -> UpstreamFailure.Kind {
    switch word {
    case "INVALID_ARGUMENT", "FAILED_PRECONDITION", "OUT_OF_RANGE":
      code >= 400 && code < 500 && code != 400 ? UpstreamFailure.kind(forStatus: code) : .invalidRequest
    case "UNAUTHENTICATED": .authentication
    case "PERMISSION_DENIED": .permission
    case "NOT_FOUND": .notFound
    case "RESOURCE_EXHAUSTED": .rateLimited
    case "UNAVAILABLE": code == 502 ? .badGateway : .overloaded
    case "DEADLINE_EXCEEDED": .timeout
    case "ABORTED", "ALREADY_EXISTS": .conflict
    case "CANCELLED": .cancelled
    case "INTERNAL", "UNKNOWN", "DATA_LOSS": code == 502 ? .badGateway : .server
    default: code == 499 ? .cancelled : UpstreamFailure.kind(forStatus: code)
    }
  }

  /// Whether a message says that the prompt does not fit the model, in any vendor's words.
  static func mentionsContextLength(_ message: String) -> Bool {
    let text = message.lowercased()
    return [
      "exceeds the maximum number of tokens", "input token count", "prompt is too long", "maximum context length",
      "context_length_exceeded", "context length exceeded", "context window", "exceeds the context",
      "exceed context", "maximum prompt length", "input is too long", "too many tokens",
    ].contains { text.contains($0) }
  }

  /// The first words of a body that is no JSON, without markup.
  private static func plainText(_ body: [UInt8]) -> String {
    var text = ""
    var isTag = false
    var hidden: String?
    for piece in String(decoding: body.prefix(16_384), as: UTF8.self).split(separator: "<") {
      let tag = piece.prefix { !$0.isWhitespace && $0 != ">" }.lowercased()
      if isTag || body.first == UInt8(ascii: "<") {
        if hidden != nil, tag == "/\(hidden ?? "")" { hidden = nil }
        if tag == "style" || tag == "script" { hidden = String(tag) }
        if hidden == nil, let end = piece.firstIndex(of: ">") { text += " " + piece[piece.index(after: end)...] }
      } else {
        text += piece
      }
      isTag = true
    }
    let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return String(words.prefix(200))
  }

  // MARK: - Writing

  /// Writes Google's envelope with the HTTP status that belongs to it.
  public func writeFailure(_ failure: UpstreamFailure, requestID: String) -> FailureReply {
    if let original = failure.original, original.dialect == .gemini, let status = failure.status, status >= 400 {
      var writer = JSONWriter()
      writer.value(original.json.isArray ? original.json.elements.first ?? original.json : original.json)
      return FailureReply(status: status, body: writer.finish())
    }
    var writer = JSONWriter()
    Self.write(failure, to: &writer)
    return FailureReply(status: Self.code(of: failure).status, body: writer.finish())
  }

  /// Writes `{"error": {"code": …, "message": …, "status": …}}`, the code a number: Google's SDKs compare it.
  static func write(_ failure: UpstreamFailure, to writer: inout JSONWriter) {
    if let original = failure.original, original.dialect == .gemini, original.json["error"]?["code"]?.int != nil {
      return writer.value(original.json)
    }
    let (status, word) = code(of: failure)
    var message = failure.message
    if failure.kind == .contextLength, !message.lowercased().contains("input token count") {
      message = "The input token count exceeds the maximum number of tokens allowed: \(message)"
    }
    writer.object { writer in
      writer.object("error") { writer in
        writer.member("code", status)
        writer.member("message", message)
        writer.member("status", static: word)
        guard failure.kind == .rateLimited || failure.kind == .overloaded, let delay = failure.retryAfter,
          delay >= 0, delay < 1e9
        else { return }
        writer.array("details") { writer in
          writer.object { writer in
            writer.member("@type", static: "type.googleapis.com/google.rpc.RetryInfo")
            let whole = Int(delay.rounded(.up))
            writer.member("retryDelay", "\(whole)s")
          }
        }
      }
    }
  }

  private static func code(of failure: UpstreamFailure) -> (status: Int, word: StaticString) {
    switch failure.kind {
    case .invalidRequest, .contextLength, .previousResponseNotFound, .unprocessable: (400, "INVALID_ARGUMENT")
    case .authentication: (401, "UNAUTHENTICATED")
    case .permission: (403, "PERMISSION_DENIED")
    case .billing: (402, "FAILED_PRECONDITION")
    case .notFound: (404, "NOT_FOUND")
    case .conflict: (409, "ABORTED")
    case .requestTooLarge: (413, "INVALID_ARGUMENT")
    case .unsupportedMediaType: (415, "INVALID_ARGUMENT")
    case .rateLimited: (429, "RESOURCE_EXHAUSTED")
    case .overloaded: (503, "UNAVAILABLE")
    case .timeout: (504, "DEADLINE_EXCEEDED")
    case .server: (500, "INTERNAL")
    case .badGateway: (502, "UNAVAILABLE")
    case .cancelled: (499, "CANCELLED")
    }
  }
}
