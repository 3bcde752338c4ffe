import Conversation

/// How to find out which protocols a base URL speaks: the requests to make, and how to read what comes back.
///
/// No request can produce an answer that costs anything: each lacks a conversation, so that a server of the protocol
/// refuses it in its own words, and those words give the protocol away.
public struct ProbePlan: Sendable {
  /// In the order to make them.
  public let attempts: [Attempt]

  /// One request.
  public struct Attempt: Sendable {
    /// What the provider would store if this is recognised.
    public var endpoint: Endpoint
    /// The HTTP method.
    public var method: String
    /// The full URL.
    public var url: String
    /// The headers, the credential among them.
    public var headers: [(name: String, value: String)]
    /// A few dozen bytes of JSON.
    public var body: String
    /// The model named in the request.
    public var model: String
  }

  /// Plans the probing of a base URL as typed.
  ///
  /// Without a model the user named, a name that no server has is used.
  ///
  /// - Throws: `EndpointURLError` when the URL cannot be used.
  public init(base: String, token: String?, model: String? = nil) throws(EndpointURLError) {
    let url = try EndpointURL(base)
    let model = model.flatMap { $0.isEmpty ? nil : $0 } ?? Self.noModel
    var attempts: [Attempt] = []
    for dialect in Self.order(startingWith: url.guess) {
      let base = url.normalised(for: dialect)
      for authentication in Self.authentications(for: dialect, token: token) {
        let endpoint = Endpoint(dialect, base, authentication: authentication)
        attempts.append(
          Attempt(
            endpoint: endpoint, method: "POST",
            url: try endpoint.url(for: .generate(model: model, stream: false)),
            headers: [("content-type", "application/json"), ("accept", "application/json")]
              + endpoint.headers(token: token),
            body: Self.body(for: dialect, model: model), model: model))
      }
    }
    self.attempts = attempts
  }

  private static let noModel = "aor-probe"

  /// Chat first: nearly every server has it.
  ///
  /// Responses late: it is told from Chat by few answers only.
  private static func order(startingWith guess: DialectID?) -> [DialectID] {
    let usual: [DialectID] = [.openAIChat, .anthropic, .openAIResponses, .gemini]
    guard let guess else { return usual }
    return [guess] + usual.filter { $0 != guess }
  }

  private static func authentications(for dialect: DialectID, token: String?) -> [Authentication] {
    guard let token, !token.isEmpty else { return [.none] }
    // Some vendors take their key for Anthropic Messages as a bearer token only.
    return dialect == .anthropic ? [.standard(for: dialect), .bearer] : [.standard(for: dialect)]
  }

  private static func body(for dialect: DialectID, model: String) -> String {
    let model = quoted(model)
    return switch dialect {
    case .openAIChat, .anthropic: #"{"model":\#(model),"max_tokens":1,"messages":[]}"#
    case .openAIResponses: #"{"model":\#(model),"input":[],"max_output_tokens":16,"store":false}"#
    case .gemini: #"{"contents":[]}"#
    }
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

extension ProbePlan {
  /// What an answer says.
  public enum Verdict: Sendable, Hashable {
    /// The server speaks the protocol.
    case recognised
    /// It speaks the protocol, and refused the credential or the lack of one.
    case credentialRefused
    case notRecognised
  }

  /// What the probing came to.
  public struct Outcome: Sendable, Hashable {
    /// What was recognised, in order of preference; empty when nothing was.
    public var endpoints: [Endpoint]
    /// The credential, or the lack of one, was refused everywhere.
    public var credentialRefused: Bool
  }

  /// Puts the verdicts on the attempts together; attempts that got no answer are left out.
  public static func outcome(of results: [(attempt: Attempt, verdict: Verdict)]) -> Outcome {
    var endpoints: [Endpoint] = []
    for (attempt, verdict) in results where verdict == .recognised {
      if !endpoints.contains(where: { $0.dialect == attempt.endpoint.dialect }) { endpoints.append(attempt.endpoint) }
    }
    if !endpoints.isEmpty { return Outcome(endpoints: endpoints, credentialRefused: false) }
    for (attempt, verdict) in results where verdict == .credentialRefused {
      let endpoint = attempt.endpoint
      guard !endpoints.contains(where: { $0.dialect == endpoint.dialect }) else { continue }
      // What refuses a request without a key wants one.
      endpoints.append(Endpoint(endpoint.dialect, endpoint.baseURL))
    }
    return Outcome(endpoints: endpoints, credentialRefused: !endpoints.isEmpty)
  }
}
