import Conversation
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import Providers
import Routing
import Upstream

@testable import Gateway

/// A gateway on a loopback port over a scripted upstream, and a client for it.
final class GatewayFixture: Sendable {
  struct Answer: Sendable {
    var status: Int
    var headers: [(name: String, value: String)]
    var text: String

    func header(_ name: String) -> String? { headers.first { $0.name.lowercased() == name }?.value }
  }

  let upstream: ScriptedUpstream
  private let transport: any HTTPTransport
  let records = Records()
  private let group: MultiThreadedEventLoopGroup
  private let server: GatewayServer
  private let snapshots: Settable
  private let client = HTTPClient(environment: NetworkEnvironment())
  let port: Int

  /// `transport` makes another one than the scripted upstream, for the gateway's event loops.
  init(
    _ upstream: ScriptedUpstream = ScriptedUpstream(.json("")), providers: [ProviderEntry],
    groups: [Group] = [GatewayFixture.everything("main")], settings: GatewaySettings = GatewaySettings(),
    clock: GatewayClock = GatewayFixture.clock, transport: ((MultiThreadedEventLoopGroup) -> any HTTPTransport)? = nil
  ) async throws {
    self.upstream = upstream
    group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    self.transport = transport?(group) ?? upstream
    var settings = settings
    // A busy machine may run two lines of a test half a minute apart.
    if settings.headerTimeout == GatewaySettings().headerTimeout { settings.headerTimeout = 3600 }
    snapshots = Settable(
      Snapshot(
        generation: 1, providers: providers, groups: groups, defaultGroup: "default", settings: settings))
    server = GatewayServer(
      group: group, snapshots: snapshots, recorder: records, transport: self.transport,
      clock: clock, identity: GatewayIdentity(version: "test"))
    port = try await server.listen(host: "127.0.0.1", port: 0)
  }

  /// A time that stands still.
  static let clock = GatewayClock { 1_700_000_000_000 }

  /// Runs `body` with a gateway over one provider of that protocol, called `main`.
  static func run(
    _ dialect: DialectID, _ upstream: ScriptedUpstream, quirks: Quirks = Quirks(),
    settings: GatewaySettings = GatewaySettings(), _ body: (GatewayFixture) async throws -> Void
  ) async throws {
    let fixture = try await GatewayFixture(
      upstream, providers: [provider("main", dialect, quirks: quirks)], settings: settings)
    do {
      try await body(fixture)
    } catch {
      await fixture.stop()
      throw error
    }
    await fixture.stop()
  }

  static func provider(
    _ name: String, _ dialect: DialectID, quirks: Quirks = Quirks(), token: String = "upstream-secret",
    accounts: [String] = [], origin: String? = nil
  ) -> ProviderEntry {
    let version = dialect == .gemini ? "v1beta" : "v1"
    let origin = origin ?? "https://\(name).example"
    return ProviderEntry(
      provider: Provider(
        name: name, endpoints: [Endpoint(dialect, "\(origin)/\(version)")], quirks: quirks),
      credentials: accounts.isEmpty
        ? [Credential(account: "default", accountID: "id-\(name)", token: token)]
        : accounts.map { Credential(account: $0, accountID: "id-\(name)-\($0)", token: "token-\($0)") })
  }

  /// A default group that sends every model to these providers, in order.
  static func everything(_ providers: String...) -> Group {
    Group(
      name: "default",
      routes: [Route(pattern: "default", targets: providers.map { RouteTarget(provider: $0, model: "") })])
  }

  func stop() async {
    server.abort()
    await server.drain()
    await client.shutdown()
    await transport.shutdown()
    try? await group.shutdownGracefully()
  }

  func drain() async { await server.drain() }
  /// Looks at the connections as if it were that much later.
  func pass(_ time: TimeAmount) async { await server.pass(time) }
  func abort() { server.abort() }

  func connect(sending text: String? = nil) async throws -> RawClient {
    try await RawClient(port: port, group: group, sending: text)
  }

  /// Sends bytes as they are and returns what comes back up to the end of the head.
  func raw(_ text: String) async throws -> String {
    let client = try await connect()
    try await client.send(text)
    let answer = try await client.read(until: "\r\n\r\n")
    await client.close()
    return answer
  }

  func get(_ path: String, headers: [(name: String, value: String)] = []) async throws -> Answer {
    try await send("GET", path, headers: headers, body: nil)
  }

  func post(_ path: String, _ body: String, headers: [(name: String, value: String)] = []) async throws -> Answer {
    try await send("POST", path, headers: [("content-type", "application/json")] + headers, body: body)
  }

  func send(
    _ method: String, _ path: String, headers: [(name: String, value: String)], body: String?
  ) async throws -> Answer {
    let request = UpstreamRequest(
      method: method, url: "http://127.0.0.1:\(port)\(path)", headers: headers,
      body: body.map { ByteBuffer(string: $0) })
    let before = records.all.count
    let (head, buffer) = try await client.send(request, limit: 64 * 1024 * 1024)
    // The answer's last byte is on its way before its record is written.
    await records.wait(for: before + 1)
    return Answer(status: head.status, headers: head.headers, text: String(buffer: buffer))
  }

  /// Replaces the providers, as a change of the configuration does.
  func use(_ providers: [ProviderEntry]) {
    snapshots.change { old in
      old = Snapshot(
        generation: old.generation + 1, providers: providers, groups: Array(old.groups.values),
        defaultGroup: old.defaultGroup, settings: old.settings)
    }
  }

  private final class Settable: SnapshotSource {
    private let snapshot: NIOLockedValueBox<Snapshot>

    init(_ snapshot: Snapshot) { self.snapshot = NIOLockedValueBox(snapshot) }

    var current: Snapshot { snapshot.withLockedValue { $0 } }

    func change(_ body: (inout Snapshot) -> Void) { snapshot.withLockedValue { body(&$0) } }
  }

  /// Keeps what is recorded.
  final class Records: ExchangeRecorder {
    private let records = NIOLockedValueBox<[ExchangeRecord]>([])
    private let count = Count()

    var all: [ExchangeRecord] { records.withLockedValue { $0 } }
    var last: ExchangeRecord? { all.last }
    var droppedCount: Int { 0 }

    func record(_ exchange: ExchangeRecord) {
      records.withLockedValue { $0.append(exchange) }
      count.add()
    }

    /// Returns once that many exchanges are recorded.
    func wait(for count: Int) async { await self.count.wait(for: count) }
  }
}
