/// Why no upstream can be called for a request.
public enum RoutingError: Error, Sendable, Hashable {
  case unknownGroup(String, known: [String])
  /// Nothing is configured yet.
  case noProviders
  case noRoute(group: String, model: String)
  /// A route without targets.
  case noTargets(group: String, pattern: String)
  case unknownProvider(String, known: [String])
  case providerDisabled(String)
  /// `problem` is the store's own sentence, where it has one.
  case noCredential(provider: String, problem: String?)
  case noEndpoint(String)
  /// Longer than `ModelName.maximumLength`.
  case modelNameTooLong
}

extension RoutingError: CustomStringConvertible {
  /// One sentence for the user, with the command that helps; holds no secret.
  public var description: String { hint.map { "\(message): \($0)" } ?? message }

  /// What is wrong.
  public var message: String {
    switch self {
    case .unknownGroup(let name, let known):
      "unknown group `\(name)`" + (known.isEmpty ? "" : " (there are: \(known.joined(separator: ", ")))")
    case .noProviders: "no provider is configured"
    case .noRoute(let group, let model): "no route in group `\(group)` matches model `\(model)`"
    case .noTargets(let group, let pattern): "route `\(pattern)` in group `\(group)` has no target"
    case .unknownProvider(let name, let known):
      "unknown provider `\(name)`" + (known.isEmpty ? "" : " (there are: \(known.joined(separator: ", ")))")
    case .providerDisabled(let name): "provider `\(name)` is disabled"
    case .noCredential(let provider, let problem):
      problem.map { "provider `\(provider)` cannot be used: \($0)" } ?? "provider `\(provider)` has no usable account"
    case .noEndpoint(let name): "provider `\(name)` has no endpoint"
    case .modelNameTooLong: "the model's name is longer than \(ModelName.maximumLength) bytes"
    }
  }

  /// What to do about it.
  public var hint: String? {
    switch self {
    case .unknownGroup(let name, _): "run `aor group add \(name)`"
    case .noProviders: "run " + Self.firstSteps.map { "`\($0)`" }.joined(separator: ", then ")
    case .noRoute(let group, _): "run `aor route set default PROVIDER/ --group \(group)`"
    case .noTargets(let group, let pattern):
      "run `aor route set '\(pattern)' PROVIDER/[MODEL] --group \(group)`"
    case .unknownProvider(let name, _): "run `aor provider add \(name)`"
    case .providerDisabled(let name): "run `aor provider enable \(name)`"
    case .noCredential(let provider, let problem):
      problem == nil ? "run `aor account add \(provider) --token-stdin`" : nil
    case .noEndpoint(let name): "run `aor provider edit \(name) --base-url URL`"
    case .modelNameTooLong: nil
    }
  }

  /// The commands that take an empty configuration to one that answers.
  public static let firstSteps = [
    "aor provider add deepseek --token-stdin", "aor route set default deepseek/", "aor provider test deepseek",
  ]

  /// The HTTP status that fits: what the client asked wrongly is 4xx, what this gateway lacks is 503.
  public var status: Int {
    switch self {
    case .unknownGroup, .noRoute: 404
    case .modelNameTooLong: 400
    case .noProviders, .noTargets, .unknownProvider, .providerDisabled, .noCredential, .noEndpoint: 503
    }
  }
}
