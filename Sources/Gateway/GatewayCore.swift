import Conversation
import Dialects
import NIOConcurrencyHelpers
import NIOCore
import Providers
import Routing
import Upstream

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What all exchanges of one gateway share.
final class GatewayCore: Sendable {
  let snapshots: any SnapshotSource
  let recorder: any ExchangeRecorder
  let transport: any HTTPTransport
  let clock: GatewayClock
  let identity: GatewayIdentity
  let connections = ConnectionSet()
  let sweeps = ConnectionSweeps()
  let bodyMemory = BodyMemory()
  /// The most connections that this process has descriptors for.
  let connectionCeiling: Int
  let exchanges = ExchangeCounter()
  let reasoning = ReasoningMemory()
  let blobs = BlobOrigins()
  let rests = AccountRests()
  let sessions = SessionAccounts()
  let refusals = RefusalMemory()
  let responses = ResponseStore()
  let modelLists = ModelListCache()
  let addresses = CallAddresses()
  /// Where we listen, once bound.
  let listener = NIOLockedValueBox<Listener?>(nil)
  /// The group that `--group` made the default for this gateway; nil follows the configuration.
  let defaultGroup: String?

  init(
    snapshots: any SnapshotSource, recorder: any ExchangeRecorder, transport: any HTTPTransport, clock: GatewayClock,
    identity: GatewayIdentity, defaultGroup: String?, connectionCeiling: Int
  ) {
    self.snapshots = snapshots
    self.recorder = recorder
    self.transport = transport
    self.clock = clock
    self.identity = identity
    self.defaultGroup = defaultGroup
    self.connectionCeiling = connectionCeiling
  }

  var settings: GatewaySettings { snapshots.current.settings }

  /// The most connections right now.
  var connectionLimit: Int { min(settings.maxConnections, connectionCeiling) }

  /// This machine's addresses and name, once listening.
  var localAddresses: [String] { listener.withLockedValue { $0?.localAddresses ?? [] } }

  /// Whether calls to that URL would come back to us: each would make another one.
  func isReached(by url: EndpointURL) -> Bool {
    guard let listener = listener.withLockedValue({ $0 }) else { return false }
    return listener.hosts.contains {
      url.reachesListener(host: $0, port: listener.port, localAddresses: listener.localAddresses)
    }
  }
}

/// Where a gateway listens.
struct Listener: Sendable {
  /// As configured, and as the system bound it.
  var hosts: [String]
  var port: Int
  /// Addresses and name of this machine, which reach a listener bound to all of them.
  var localAddresses: [String]

  init(host: String, bound: SocketAddress?, port: Int) {
    hosts = [host] + [bound?.ipAddress].compactMap { $0 }.filter { $0 != host }
    self.port = bound?.port ?? port
    localAddresses = ((try? System.enumerateDevices()) ?? []).compactMap { $0.address?.ipAddress }
    var name = [CChar](repeating: 0, count: 256)
    if gethostname(&name, name.count - 1) == 0 {
      let text = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      localAddresses += [text, text + ".local"]
    }
  }
}

/// The time, as a value so that tests can hold it.
public struct GatewayClock: Sendable {
  /// Milliseconds since 1970.
  public var milliseconds: @Sendable () -> Int64

  /// Makes a clock of a function that may be called from any thread.
  public init(milliseconds: @escaping @Sendable () -> Int64) {
    self.milliseconds = milliseconds
  }
}

/// How the gateway names itself upstream and in `/metrics`.
public struct GatewayIdentity: Sendable {
  /// The version of aor, as in `1.2.3`.
  public var version: String
  /// The mark of its seals: the same in every gateway of one data directory, so that each opens what another sealed.
  public var seals: SealMark

  /// Makes the identity of a version; without a mark every seal counts as its own.
  public init(version: String, seals: SealMark = .none) {
    self.version = version
    self.seals = seals
  }

  /// As a product token of a `user-agent`.
  var product: String { "aor/\(version)" }
}

/// Counts exchanges, under way and ever; makes their ids.
final class ExchangeCounter: Sendable {
  private struct State: Sendable {
    var active = 0
    var total: UInt64 = 0
    var byStatus: [Int: UInt64] = [:]
    var inputTokens: UInt64 = 0
    var outputTokens: UInt64 = 0
    var idleness = Idleness()
  }

  private let state = NIOLockedValueBox(State())
  /// Random per process, so that ids of two gateways differ.
  private let prefix: String
  private let next = NIOLockedValueBox<UInt64>(0)

  init() {
    let digits = String(UInt64.random(in: .min ... .max), radix: 36)
    prefix = String((String(repeating: "0", count: 13) + digits).suffix(10))
  }

  /// A new id of `[0-9a-z]`, unique beyond this process for practical purposes.
  func makeID() -> String {
    let number = next.withLockedValue { value in
      value &+= 1
      return value
    }
    let digits = String(number, radix: 36)
    return prefix + String((String(repeating: "0", count: 6) + digits).suffix(max(6, digits.utf8.count)))
  }

  /// Returns how many are under way now, this one included.
  func begin() -> Int {
    state.withLockedValue {
      $0.active += 1
      $0.total &+= 1
      return $0.active
    }
  }

  /// Counts the end of one; true when `look` is to be called in a while.
  func end(_ record: ExchangeRecord) -> Bool {
    state.withLockedValue { state in
      state.active -= 1
      state.byStatus[record.status, default: 0] &+= 1
      state.inputTokens &+= UInt64(clamping: record.inputTokens ?? 0)
      state.outputTokens &+= UInt64(clamping: record.outputTokens ?? 0)
      return state.idleness.ended(active: state.active, begun: state.total)
    }
  }

  /// Whether there was something to do since the last look.
  func look() -> Idleness.Verdict {
    state.withLockedValue { $0.idleness.look(active: $0.active, begun: $0.total) }
  }

  var active: Int { state.withLockedValue { $0.active } }
  var total: UInt64 { state.withLockedValue { $0.total } }
  var statuses: [Int: UInt64] { state.withLockedValue { $0.byStatus } }
  var tokens: (input: UInt64, output: UInt64) { state.withLockedValue { ($0.inputTokens, $0.outputTokens) } }
}
