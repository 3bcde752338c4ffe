/// What went wrong, in no protocol's words.
///
/// Messages hold no credential.
public struct UpstreamFailure: Error, Sendable {
  /// The union of the protocols' kinds of error.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    case invalidRequest
    /// The prompt is longer than the model's window; agents compact on it.
    case contextLength
    case authentication
    case permission
    case billing
    case notFound
    /// `previous_response_id` names nothing this upstream has.
    case previousResponseNotFound
    case conflict
    case requestTooLarge
    case unsupportedMediaType
    case unprocessable
    /// The caller's quota or rate is spent.
    case rateLimited
    /// The vendor has no capacity just now.
    case overloaded
    case timeout
    /// The vendor's own fault.
    case server
    /// No answer, or one that makes no sense.
    case badGateway
    case cancelled
  }

  /// The neutral kind; each protocol's writer makes its own type and status of it.
  public var kind: Kind
  /// The upstream's HTTP status, where there was one.
  public var status: Int?
  /// A sentence for the user.
  public var message: String
  /// OpenAI `code`, as in `context_length_exceeded`.
  public var code: String?
  /// OpenAI `param`: the field at fault.
  public var param: String?
  /// Seconds until a retry makes sense.
  public var retryAfter: Double?
  /// The upstream's request id.
  public var requestID: String?
  /// The error as the upstream wrote it, for its own protocol's writer.
  public var original: OpaquePart?

  /// Makes a failure; `requestID` is set afterwards, where there is one.
  public init(
    _ kind: Kind, status: Int? = nil, message: String, code: String? = nil, param: String? = nil,
    retryAfter: Double? = nil, original: OpaquePart? = nil
  ) {
    self.kind = kind
    self.status = status
    self.message = message
    self.code = code
    self.param = param
    self.retryAfter = retryAfter
    self.original = original
  }

  /// The kind an HTTP status stands for where the body says nothing better.
  public static func kind(forStatus status: Int) -> Kind {
    switch status {
    case 401: .authentication
    case 402: .billing
    case 403: .permission
    case 404: .notFound
    case 408, 504: .timeout
    case 409: .conflict
    case 413: .requestTooLarge
    case 415: .unsupportedMediaType
    case 422: .unprocessable
    case 429: .rateLimited
    case 502: .badGateway
    case 503, 529: .overloaded
    case 400..<500: .invalidRequest
    default: .server
    }
  }
}
