import Conversation

/// Which of the three ways an exchange's bodies took.
public enum ExchangePath: String, Sendable, Hashable, Codable {
  case verbatim, patched, translated
}

/// What is remembered of one exchange, from arrival to the last byte.
///
/// Names are text of their time.
public struct ExchangeRecord: Sendable {
  /// The `x-request-id` the client was given.
  public var id: String
  /// Milliseconds since 1970.
  public var startedAt: Int64
  /// The HTTP method as asked.
  public var method: String
  /// The path as asked, query left out, cut at 2048 characters.
  public var path: String
  /// The group that routed it, else the one its URL named, if any.
  public var group: String?
  /// The pattern that won, or nil for a direct `provider/model`.
  public var route: String?
  /// The way the bodies of the last attempt took; nil when none was prepared.
  public var exchangePath: ExchangePath?
  /// The provider tried last.
  public var provider: String?
  /// The account tried last; nil where the provider needs none.
  public var account: String?
  /// The model as the client named it.
  public var modelAsked: String?
  /// The model as the upstream was asked for it, at the last attempt.
  public var modelSent: String?
  /// The protocol the client spoke; nil where its path was not recognised.
  public var clientDialect: DialectID?
  /// The protocol of the last attempt's upstream.
  public var upstreamDialect: DialectID?
  /// Whether the client asked for a stream.
  public var isStream = false
  /// Every try that ended, in order, behind the candidates that were passed over.
  public var attempts: [Attempt] = []
  /// The status the client was answered; 0 until there is one, 499 when it left before the head.
  public var status = 0
  /// Milliseconds from arrival to the first byte of body sent to the client; nil when none was.
  public var firstByteAfter: Int64?
  /// Milliseconds from arrival to the end of the answer.
  public var duration: Int64 = 0
  /// Tokens of the prompt, cache reads and writes included; nil where not told.
  public var inputTokens: Int?
  /// Tokens generated, reasoning included; nil where not told.
  public var outputTokens: Int?
  /// Part of `inputTokens` read from a cache.
  public var cacheReadTokens: Int?
  /// Part of `inputTokens` written to a cache.
  public var cacheWriteTokens: Int?
  /// Part of `outputTokens` spent thinking.
  public var reasoningTokens: Int?
  /// Bytes of the client's body that were read.
  public var requestBytes = 0
  /// Bytes of body sent to the client.
  public var responseBytes = 0
  /// What the last attempt's translations, of request and answer, could not say.
  public var losses: [RecordedLoss] = []
  /// What went wrong as a word for machines (`client_gone`, `no_route`, …); nil on success.
  public var errorKind: String?
  /// What went wrong in a sentence, masked, at most 1000 characters.
  public var errorMessage: String?
  /// Why the model stopped, in the upstream's word where it gave one.
  public var stopReason: String?
  /// The agent's session, where it sends one.
  public var session: String?
  /// The client's `user-agent`, at most 200 characters.
  public var userAgent: String?
  /// Only with `logging.captureBody`.
  public var capture: Capture?

  /// Makes a record of an exchange that has just arrived.
  public init(id: String, startedAt: Int64, method: String, path: String) {
    self.id = id
    self.startedAt = startedAt
    self.method = method
    self.path = path
  }

  /// One try at one upstream.
  public struct Attempt: Sendable, Hashable, Codable {
    /// The provider's name.
    public var provider: String
    /// The account's name; nil where the provider needs none.
    public var account: String?
    /// The model as this upstream was asked for it.
    public var model: String
    /// The protocol spoken to this upstream.
    public var dialect: DialectID
    /// The upstream's status; nil when there was none.
    public var status: Int?
    /// What went wrong, masked, at most 500 characters; nil on success.
    public var error: String?
    /// Milliseconds from its start to its end.
    public var duration: Int64
    /// True where the candidate would have been first but its quota is spent, so that others were asked before it.
    ///
    /// Nil for a try.
    public var passedOver: Bool?

    /// Makes an attempt.
    public init(
      provider: String, account: String?, model: String, dialect: DialectID, status: Int?, error: String?,
      duration: Int64, passedOver: Bool? = nil
    ) {
      self.provider = provider
      self.account = account
      self.model = model
      self.dialect = dialect
      self.status = status
      self.error = error
      self.duration = duration
      self.passedOver = passedOver
    }
  }

  /// A thing a translation could not say.
  public struct RecordedLoss: Sendable, Hashable, Codable {
    /// The field, in the words of the protocol it was said in.
    public var path: String
    /// Why it is gone and what, if anything, stands in its place.
    public var reason: String

    /// Makes a loss.
    public init(path: String, reason: String) {
      self.path = path
      self.reason = reason
    }
  }

  /// Headers (credentials masked) and bodies, each cut at a bound.
  public struct Capture: Sendable, Hashable, Codable {
    /// The client's headers as pairs of name and value.
    public var requestHeaders: [[String]] = []
    /// What the client sent.
    public var requestBody: String?
    /// What the last attempt sent upstream.
    public var upstreamRequestBody: String?
    /// The headers of our answer as pairs of name and value.
    public var responseHeaders: [[String]] = []
    /// What the client was sent.
    public var responseBody: String?
    /// What upstreams answered; several attempts stand one behind another.
    public var upstreamResponseBody: String?

    /// Makes an empty capture.
    public init() {}
  }
}

/// Where finished exchanges go.
///
/// Implementations must never block or fail the caller.
public protocol ExchangeRecorder: Sendable {
  /// Takes over the record of a finished exchange.
  func record(_ exchange: ExchangeRecord)

  /// How many records could not be kept so far.
  var droppedCount: Int { get }
}

/// Where the gateway reads the configuration.
public protocol SnapshotSource: Sendable {
  /// The configuration now in force; cheap, for every request reads it.
  var current: Snapshot { get }
}
