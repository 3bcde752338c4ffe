import Conversation
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import Providers
import Routing
import Upstream
import Wire

/// `GET …/models`: what can be asked for through a group, in the shape the caller knows.
///
/// Providers whose models nobody has written down are asked for theirs; those answers are kept for a while.
final class ModelsWork: ExchangeWork {
  private let exchange: Exchange
  private let operation: ClientOperation
  private let group: Group?
  private var calls: [ModelListCall] = []
  private var fetched: [String: [String]] = [:]
  private var missing = 0
  private var deadline: Scheduled<Void>?

  /// Agents wait three seconds for a model list.
  private static let patience = 2.5

  init(_ exchange: Exchange, _ operation: ClientOperation, group: String) {
    self.exchange = exchange
    self.operation = operation
    self.group = exchange.snapshot.groups[group]
  }

  func start() {
    let unknown = reachable.filter { $0.provider.models.isEmpty }
    for entry in unknown {
      if let cached = exchange.gateway.modelLists.models(of: entry.provider.name, now: exchange.record.startedAt) {
        fetched[entry.provider.name] = cached
      } else if let call = ModelListCall(exchange, entry, timeout: Self.patience) {
        calls.append(call)
      }
    }
    missing = calls.count
    guard missing > 0 else { return answer() }
    // The time-outs of the calls themselves bound each of their steps only.
    let this = NIOLoopBound(self, eventLoop: exchange.eventLoop)
    deadline = exchange.eventLoop.scheduleTask(in: .milliseconds(Int64(Self.patience * 1000))) { this.value.answer() }
    for call in calls {
      call.start { [weak self] provider, models in self?.received(models, of: provider) }
    }
  }

  func cancel(_ reason: String) -> Bool {
    stop()
    return false
  }

  private func stop() {
    deadline?.cancel()
    for call in calls { call.cancel() }
    calls = []
  }

  func clientWritabilityChanged(isWritable: Bool) {}

  private func received(_ models: [String], of provider: String) {
    if !models.isEmpty {
      fetched[provider] = models
      exchange.gateway.modelLists.keep(models, of: provider, now: exchange.record.startedAt)
    }
    missing -= 1
    if missing == 0 { answer() }
  }

  /// The enabled providers this group's routes lead to, in the order of the routes, then the others it may name.
  private var reachable: [ProviderEntry] {
    guard let group else { return [] }
    var names = group.routes.flatMap { $0.targets.map(\.provider) }
    if group.direct { names += exchange.snapshot.providers.keys.sorted() }
    var seen: Set<String> = []
    return names.compactMap { name in
      guard seen.insert(name).inserted, let entry = exchange.snapshot.providers[name], entry.provider.isEnabled else {
        return nil
      }
      return entry
    }
  }

  /// Names in routes first, then what the default route keeps as asked, then `provider/model`.
  private var names: [String] {
    guard let group else { return [] }
    var names: [String] = []
    for route in group.routes where route.pattern != "default" && !route.pattern.contains(where: { "*?".contains($0) })
    {
      names.append(route.pattern.hasPrefix("=") ? String(route.pattern.dropFirst()) : route.pattern)
    }
    func models(_ entry: ProviderEntry) -> [String] {
      entry.provider.models.isEmpty ? fetched[entry.provider.name] ?? [] : entry.provider.models
    }
    for target in group.routes.filter({ $0.pattern == "default" }).flatMap(\.targets) where target.model.isEmpty {
      if let entry = exchange.snapshot.providers[target.provider] { names += models(entry) }
    }
    if group.direct {
      for entry in reachable { names += models(entry).map { "\(entry.provider.name)/\($0)" } }
    }
    var seen: Set<String> = []
    return names.filter { seen.insert($0).inserted }
  }

  private func answer() {
    guard !exchange.isDone else { return }
    stop()
    let isClientOfCodex = exchange.request.query?.contains("client_version=") == true
    let shape = ModelListShape(
      dialect: operation.dialect, isCodex: isClientOfCodex, isClaudeCode: isClientClaudeCode)
    if case .model(let name) = operation.kind {
      let asked = ModelName.withoutListingPrefix(
        name.hasPrefix("models/") ? String(name.dropFirst("models/".count)) : name)
      guard names.contains(asked) else {
        return exchange.fail(
          UpstreamFailure(
            .notFound, status: 404, message: "unknown model `\(asked)`: see `aor model list`", code: "model_not_found"),
          as: "unknown_model")
      }
      return send(shape.one(asked))
    }
    send(shape.list(names))
  }

  /// Claude Code, which asks for models under another name than it sends messages under.
  private var isClientClaudeCode: Bool {
    let agent = exchange.request.header("user-agent") ?? ""
    return agent.hasPrefix("claude-code/") || agent.hasPrefix("claude-cli/")
  }

  private func send(_ body: [UInt8]) {
    exchange.send(status: .ok, headers: ["content-type": "application/json"], body: ByteBuffer(bytes: body))
  }
}

/// How a model list looks to a client of each protocol.
struct ModelListShape {
  var dialect: DialectID
  /// Codex asks with `client_version` and wants `{models: […]}`.
  var isCodex = false
  /// Claude Code keeps no names but those that sound like Anthropic's.
  var isClaudeCode = false

  func list(_ names: [String]) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      switch dialect {
      case .gemini:
        writer.array("models") { array in for name in names { write(name, &array) } }
      case .anthropic:
        writer.array("data") { array in for name in names { write(name, &array) } }
        writer.member("has_more", false)
        if let first = names.first, let last = names.last {
          writer.member("first_id", id(first))
          writer.member("last_id", id(last))
        } else {
          writer.nullMember("first_id")
          writer.nullMember("last_id")
        }
      case .openAIChat, .openAIResponses:
        writer.member("object", static: "list")
        writer.array("data") { array in for name in names { write(name, &array) } }
        if isCodex { writer.array("models") { _ in } }
      }
    }
    return writer.finish()
  }

  func one(_ name: String) -> [UInt8] {
    var writer = JSONWriter()
    write(name, &writer)
    return writer.finish()
  }

  private func id(_ name: String) -> String { isClaudeCode ? ModelName.listed(name) : name }

  private func write(_ name: String, _ writer: inout JSONWriter) {
    writer.object { writer in
      switch dialect {
      case .gemini:
        writer.member("name", "models/" + name)
        writer.member("version", static: "1")
        writer.member("displayName", name)
        writer.array("supportedGenerationMethods") {
          $0.string(static: "generateContent")
          $0.string(static: "countTokens")
        }
      case .anthropic:
        writer.member("type", static: "model")
        writer.member("id", id(name))
        writer.member("display_name", name)
        writer.member("created_at", static: "1970-01-01T00:00:00Z")
      case .openAIChat, .openAIResponses:
        writer.member("id", name)
        writer.member("object", static: "model")
        writer.member("created", 0)
        writer.member("owned_by", static: "aor")
      }
    }
  }
}

/// Asks one provider for its models.
final class ModelListCall: UpstreamReceiver {
  private static let limit = 4 * 1024 * 1024

  private let provider: String
  private let request: UpstreamRequest
  private let transport: any HTTPTransport
  private let eventLoop: any EventLoop
  private var call: (any UpstreamCall)?
  private var status = 0
  private var body = ByteBuffer()
  private var completion: ((String, [String]) -> Void)?

  /// Nil where the provider cannot be asked.
  init?(_ exchange: Exchange, _ entry: ProviderEntry, timeout: Double) {
    guard let endpoint = entry.provider.endpoints.first, endpoint.authentication != .client,
      let base = try? exchange.snapshot.base(of: endpoint), !exchange.gateway.isReached(by: base),
      let url = try? base.url(for: .models, dialect: endpoint.dialect)
    else { return nil }
    provider = entry.provider.name
    request = UpstreamRequest(
      method: "GET", url: url,
      headers: endpoint.headers(token: entry.credentials.first?.token)
        + [("accept", "application/json"), ("user-agent", exchange.gateway.identity.product)],
      proxy: entry.provider.networkProxy ?? exchange.snapshot.settings.networkProxy, connectTimeout: timeout,
      firstByteTimeout: timeout, idleTimeout: timeout)
    transport = exchange.gateway.transport
    eventLoop = exchange.eventLoop
  }

  func start(_ completion: @escaping (String, [String]) -> Void) {
    self.completion = completion
    call = transport.start(request, on: eventLoop, receiver: self)
  }

  func cancel() {
    completion = nil
    call?.cancel()
    call = nil
  }

  func upstreamHead(_ head: UpstreamResponseHead) { status = head.status }

  func upstreamBody(_ buffer: ByteBuffer, isLast: Bool) {
    guard body.readableBytes + buffer.readableBytes <= Self.limit else { return }
    var piece = buffer
    body.writeBuffer(&piece)
  }

  func upstreamEnd(_ error: UpstreamError?) {
    call = nil
    let models = error == nil && (200..<300).contains(status) ? Self.names(Array(body.readableBytesView)) : []
    completion?(provider, models)
    completion = nil
  }

  /// The names in a model list of any of the protocols.
  static func names(_ body: [UInt8]) -> [String] {
    guard let json = try? JSON(parsing: body) else { return [] }
    if let models = json["models"], models.isArray {
      return models.elements.compactMap { ($0["name"] ?? $0["id"])?.string }
        .map { $0.hasPrefix("models/") ? String($0.dropFirst("models/".count)) : $0 }
    }
    return (json["data"] ?? json).elements.compactMap { $0["id"]?.string }
  }
}

/// Keeps fetched model lists for five minutes.
final class ModelListCache: Sendable {
  private static let lifetime: Int64 = 300_000

  private let lists = NIOLockedValueBox<[String: (models: [String], at: Int64)]>([:])

  func models(of provider: String, now: Int64) -> [String]? {
    lists.withLockedValue { lists in
      guard let list = lists[provider], now - list.at < Self.lifetime else { return nil }
      return list.models
    }
  }

  func keep(_ models: [String], of provider: String, now: Int64) {
    lists.withLockedValue { $0[provider] = (models, now) }
  }
}
