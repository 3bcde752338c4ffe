import Conversation
import NIOHTTP1
import Providers

/// What a request asks for, read from its method, path and headers.
struct ClientOperation: Sendable, Hashable {
  /// The things that can be asked for.
  enum Kind: Sendable, Hashable {
    case generate
    case countTokens
    case compact
    /// A response kept here.
    case stored(id: String, StoredResponseWork.Action)
    case models
    case model(String)
    /// Passed on to a provider that has it.
    case relay(EndpointOperation)
    case health
    case metrics
    /// `HEAD` on anything, and preflights.
    case probe
  }

  var kind: Kind
  /// The protocol the client speaks, guessed where the path does not say.
  var dialect: DialectID
  /// Nil is the default group.
  var group: String?
  /// Gemini: the model in the path.
  var model: String?
  /// Gemini: whether the method streams.
  var isStream: Bool?
}

/// Why a path means nothing here.
struct UnknownPath: Error {
  var dialect: DialectID
  var group: String?
  /// The right method for a known path.
  var allowed: HTTPMethod?
}

extension ClientOperation {
  /// Reads a request line.
  static func recognise(_ request: ClientRequest) -> Result<ClientOperation, UnknownPath> {
    if request.method == .POST, let usual = usual[request.path] { return .success(usual) }
    return read(request)
  }

  /// What nearly all requests ask for, found without taking their path apart.
  private static let usual: [Substring: ClientOperation] = Dictionary(
    uniqueKeysWithValues: table.compactMap { path, found in
      found.dialect.map { ("/v1/\(path)", ClientOperation(kind: found.kind, dialect: $0)) }
    })

  private static func read(_ request: ClientRequest) -> Result<ClientOperation, UnknownPath> {
    var segments = request.path.utf8.split(separator: UInt8(ascii: "/")).map { decode(Substring($0)) }
    var group: String?
    if segments.first == "oc", segments.count >= 2 {
      group = segments[1]
      segments.removeFirst(2)
    }
    let named = segments
    // Most paths say by themselves which protocol is spoken.
    var guess: DialectID { dialect(named, request.headers) }
    func operation(_ kind: Kind, _ dialect: DialectID? = nil) -> ClientOperation {
      ClientOperation(kind: kind, dialect: dialect ?? guess, group: group)
    }
    if group == nil, request.method == .GET || request.method == .HEAD {
      if segments == ["healthz"] { return .success(operation(.health)) }
      if segments == ["metrics"] { return .success(operation(.metrics)) }
    }
    if request.method == .HEAD || request.method == .OPTIONS { return .success(operation(.probe)) }
    let hasVersion = segments.first.map(isVersion) ?? false
    while let first = segments.first, isVersion(first) { segments.removeFirst() }
    if segments.first == "models" {
      return models(segments, request, operation(.models)).mapError { _ in
        UnknownPath(dialect: guess, group: group, allowed: nil)
      }
    }
    if let stored = stored(segments, request.method) { return .success(operation(stored, .openAIResponses)) }
    guard
      let found = table[segments.joined(separator: "/")]
        ?? (segments.isEmpty && group != nil && !hasVersion ? chat : nil)
    else { return .failure(UnknownPath(dialect: guess, group: group, allowed: nil)) }
    guard request.method == .POST else {
      return .failure(UnknownPath(dialect: found.dialect ?? guess, group: group, allowed: .POST))
    }
    return .success(operation(found.kind, found.dialect))
  }

  private static let chat: (kind: Kind, dialect: DialectID?) = (.generate, .openAIChat)

  private static let table: [String: (kind: Kind, dialect: DialectID?)] = [
    "chat/completions": chat,
    "responses": (.generate, .openAIResponses),
    "responses/compact": (.compact, .openAIResponses),
    "messages": (.generate, .anthropic),
    "messages/count_tokens": (.countTokens, .anthropic),
    "embeddings": (.relay(.embeddings), .openAIChat),
    "images/generations": (.relay(.imageGenerations), .openAIChat),
    "images/edits": (.relay(.imageEdits), .openAIChat),
    "images/variations": (.relay(.imageVariations), .openAIChat),
    "audio/speech": (.relay(.speech), .openAIChat),
    "audio/transcriptions": (.relay(.transcriptions), .openAIChat),
    "audio/translations": (.relay(.translations), .openAIChat),
    "moderations": (.relay(.moderations), .openAIChat),
    "rerank": (.relay(.rerank), .openAIChat),
    "completions": (.relay(.completions), .openAIChat),
  ]

  private static func stored(_ segments: [String], _ method: HTTPMethod) -> Kind? {
    guard segments.count >= 2, segments[0] == "responses", !segments[1].isEmpty else { return nil }
    switch (method, segments.dropFirst(2).joined(separator: "/")) {
    case (.GET, "") where segments[1] != "compact": return .stored(id: segments[1], .read)
    case (.DELETE, ""): return .stored(id: segments[1], .delete)
    case (.GET, "input_items"): return .stored(id: segments[1], .inputItems)
    case (.POST, "cancel"): return .stored(id: segments[1], .cancel)
    default: return nil
    }
  }

  private static func models(
    _ segments: [String], _ request: ClientRequest, _ base: ClientOperation
  ) -> Result<ClientOperation, UnknownPath> {
    let unknown = UnknownPath(dialect: base.dialect, group: base.group, allowed: nil)
    var operation = base
    if segments.count == 1 { return request.method == .GET ? .success(operation) : .failure(unknown) }
    // Model names may hold slashes; the method follows the last colon.
    let rest = segments.dropFirst().joined(separator: "/")
    if request.method == .GET {
      operation.kind = .model(rest)
      return .success(operation)
    }
    guard request.method == .POST, let colon = rest.lastIndex(of: ":") else { return .failure(unknown) }
    operation.dialect = .gemini
    operation.model = String(rest[..<colon])
    switch rest[rest.index(after: colon)...] {
    case "generateContent":
      operation.kind = .generate
      operation.isStream = false
    case "streamGenerateContent":
      operation.kind = .generate
      operation.isStream = true
    case "countTokens": operation.kind = .countTokens
    default: return .failure(unknown)
    }
    return .success(operation)
  }

  private static func isVersion(_ segment: String) -> Bool {
    segment == "v1" || segment == "v1beta" || segment == "v1alpha"
  }

  /// The protocol of a path that several share, or of one nobody knows.
  private static func dialect(_ segments: [String], _ headers: HTTPHeaders) -> DialectID {
    if segments.contains("messages") { return .anthropic }
    if segments.contains("responses") { return .openAIResponses }
    if segments.contains("v1beta") || segments.contains("v1alpha") || headers.contains(name: "x-goog-api-key") {
      return .gemini
    }
    if headers.contains(name: "anthropic-version") { return .anthropic }
    if segments.last?.contains(":generateContent") == true { return .gemini }
    return .openAIChat
  }

  private static func decode(_ segment: Substring) -> String {
    guard segment.utf8.contains(UInt8(ascii: "%")) else { return String(segment) }
    var bytes: [UInt8] = []
    let source = Array(segment.utf8)
    var position = 0
    while position < source.count {
      if source[position] == UInt8(ascii: "%"), position + 2 < source.count,
        let value = UInt8(String(decoding: source[(position + 1)...(position + 2)], as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        position += 3
      } else {
        bytes.append(source[position])
        position += 1
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
