import Conversation
import Foundation
import GRDB
import Providers
import Routing
import Store
import Synchronization
import Testing

@Suite struct SnapshotTests {
  let home: TemporaryStore
  let store: Store

  init() throws {
    home = try TemporaryStore()
    store = try home.open()
  }

  @Test func holdsTheWholeConfiguration() throws {
    try store.providers.add(.sample("one"), token: " sk-1\n")
    try store.accounts.add(provider: "one", name: "spare", token: "sk-2", networkProxy: "http://u:p@proxy.example:8080")
    try store.accounts.add(provider: "one", name: "off", token: "sk-3")
    try store.accounts.setEnabled("off", provider: "one", false)
    let local = Provider(
      name: "local", endpoints: [Endpoint(.openAIChat, "http://127.0.0.1:1/v1", authentication: Authentication.none)],
      networkProxy: "socks5://me:pw@proxy.example:1080")
    try store.providers.add(local)
    try store.groups.add("work", direct: false)
    try store.routes.set("claude*", targets: [RouteTarget(provider: "one", model: "m")], group: "work")
    try store.settings.set(.serverKey, "key-of-the-server")
    try store.settings.set(.serverPort, "0")
    try store.settings.set(.serverAllowedHosts, "a,b")
    try store.settings.set(.serverMaxBodySize, "1MiB")
    try store.settings.set(.networkProxy, "http://me:pw@h:1")
    try store.settings.set(.timeoutsFirstByteStreaming, "5")
    try store.settings.set(.gatewayStrict, "yes")

    let snapshot = try home.open().snapshots.read()
    #expect(snapshot.generation == (try store.generation()))
    #expect(snapshot.defaultGroup == "default")
    #expect(snapshot.groups["work"]?.direct == false)
    #expect(snapshot.groups["work"]?.routes.first?.targets == [RouteTarget(provider: "one", model: "m")])
    let credentials = try #require(snapshot.providers["one"]?.credentials)
    #expect(credentials.map(\.account) == ["default", "spare"])
    #expect(credentials.map(\.token) == ["sk-1", "sk-2"])
    #expect(credentials.map(\.networkProxy) == [nil, "http://u:p@proxy.example:8080"])
    #expect(credentials.map(\.accountID) == (try store.accounts.list(provider: "one").prefix(2).map(\.id)))
    #expect(snapshot.providers["local"]?.provider == local)
    #expect(snapshot.providers["local"]?.problem == nil)
    var settings = GatewaySettings()
    settings.serverKey = "key-of-the-server"
    settings.port = 0
    settings.allowedHosts = ["a", "b"]
    settings.maxBodySize = 1 << 20
    settings.networkProxy = "http://me:pw@h:1"
    settings.firstByteTimeoutStreaming = 5
    settings.strict = true
    #expect(snapshot.settings == settings)
  }

  @Test func providerWithoutUsableAccountSaysWhy() throws {
    try store.providers.add(.sample("bare"))
    try store.providers.add(.sample("off"), token: "sk")
    try store.accounts.setEnabled("default", provider: "off", false)
    let snapshot = try store.snapshots.read()
    #expect(snapshot.providers["bare"]?.problem?.contains("aor account add bare") == true)
    #expect(snapshot.providers["off"]?.problem?.contains("disabled") == true)
  }

  @Test func generationMovesWithEveryChangeOfConfigurationAndWithNothingElse() throws {
    var last = try store.generation()
    func moves(_ what: String, _ expected: Bool = true, _ body: () throws -> Void) throws {
      try body()
      let now = try store.generation()
      #expect((now > last) == expected, "\(what): \(last) → \(now)")
      last = now
    }
    try moves("provider added") { try store.providers.add(.sample("p"), token: "sk") }
    try moves("provider renamed") { try store.providers.rename("p", to: "q") }
    try moves("endpoints changed") { try store.providers.edit("q") { $0.endpoints = [Endpoint(.gemini, "https://g")] } }
    try moves("account added") { try store.accounts.add(provider: "q", name: "x", token: "sk") }
    try moves("token changed") { try store.accounts.setToken(provider: "q", name: "x", token: "sk2") }
    try moves("account renamed") { try store.accounts.rename("x", provider: "q", to: "y") }
    try moves("account proxy") { try store.accounts.setNetworkProxy("y", provider: "q", "http://h:1") }
    try moves("account removed") { try store.accounts.remove("y", provider: "q") }
    try moves("group added") { try store.groups.add("g") }
    try moves("group default") { try store.groups.setDefault("g") }
    try moves("route set") { try store.routes.set("x", targets: [RouteTarget(provider: "q", model: "")]) }
    try moves("route set again") { try store.routes.set("x", targets: [RouteTarget(provider: "q", model: "m")]) }
    try moves("second route") { try store.routes.set("y", targets: [RouteTarget(provider: "q", model: "")]) }
    try moves("route moved") { try store.routes.move("y", to: .first) }
    try moves("route removed") { try store.routes.remove("y") }
    try moves("setting set") { try store.settings.set(.serverPort, "1") }
    try moves("setting unset") { try store.settings.unset(.serverPort) }
    try moves("provider removed") { try store.providers.remove("q", force: true) }

    try store.providers.add(.sample("p"))
    last = try store.generation()
    try moves("reads", false) {
      _ = try store.snapshots.read()
      _ = try store.settings.list()
      _ = try store.groups.list()
    }
    try moves("logs", false) {
      try store.exchanges().insert([ExchangeRecord(id: "x", startedAt: 1, method: "POST", path: "/")])
    }
    try moves("an edit that changes nothing", false) { try store.providers.edit("p") { _ in } }
    try moves("a move to where it is", false) { try store.groups.setDefault("g") }
    try moves("a refused change", false) { _ = failure { try store.routes.set("z", targets: []) } }
  }
}

@Suite struct ConfigurationWatchTests {
  let home: TemporaryStore
  let store: Store

  init() throws {
    home = try TemporaryStore()
    store = try home.open()
  }

  @Test func refreshActivatesWhatAnotherProcessCommitted() throws {
    let events = Mutex<[Int64]>([])
    let watch = try ConfigurationWatch(store: store, interval: 3600) { event in
      if case .changed(let snapshot) = event { events.withLock { $0.append(snapshot.generation) } }
    }
    defer { watch.stop() }
    let first = watch.current.generation
    #expect(try watch.refresh() == first)
    let other = try home.open()
    try other.providers.add(.sample("p"))
    #expect(watch.current.providers.isEmpty, "a snapshot in use must not change by itself")
    let second = try watch.refresh()
    #expect(second == (try other.generation()))
    #expect(watch.current.providers["p"] != nil)
    try store.groups.add("g")
    let third = try watch.refresh()
    #expect(watch.current.groups["g"] != nil)
    #expect(try watch.refresh() == third)
    #expect(events.withLock { $0 } == [second, third])
  }

  @Test func noticesAChangeByItself() async throws {
    let (stream, continuation) = AsyncStream.makeStream(of: ConfigurationWatch.Event.self)
    let watch = try ConfigurationWatch(store: store, interval: 0.005) { continuation.yield($0) }
    defer { watch.stop() }
    try home.open().providers.add(.sample("p"))
    for await case .changed(let snapshot) in stream where snapshot.providers["p"] != nil { break }
    #expect(watch.current.providers["p"] != nil)
  }

  @Test func followsAFileThatTookThePlaceOfTheOldOne() throws {
    let watch = try ConfigurationWatch(store: store, interval: 3600) { _ in }
    defer { watch.stop() }
    let other = try TemporaryStore()
    try other.open().groups.add("restored")
    for name in ["aor.db-wal", "aor.db-shm"] { unlink(home.directory + "/" + name) }
    #expect(rename(other.configuration, home.configuration) == 0)
    try watch.refresh()
    #expect(watch.current.groups["restored"] != nil)
    try home.open().groups.add("later")
    try watch.refresh()
    #expect(watch.current.groups["later"] != nil)
    unlink(home.configuration)
    try watch.refresh()
    #expect(watch.current.groups["later"] != nil)
    #expect(!FileManager.default.fileExists(atPath: home.configuration))
  }

  @Test func whatCannotBeBuiltLeavesTheOldSnapshotAndIsReported() throws {
    try store.providers.add(.sample("p"), token: "sk-1")
    let failures = Mutex<[StoreError]>([])
    let watch = try ConfigurationWatch(store: store, interval: 3600) { event in
      if case .failed(let error) = event { failures.withLock { $0.append(error) } }
    }
    defer { watch.stop() }
    let before = watch.current.generation
    try home.execute("UPDATE endpoints SET protocol = 'smtp'")
    let error = failure { try watch.refresh() }
    #expect(error == .unreadableRow("an endpoint", detail: "unknown protocol `smtp`"))
    #expect(failures.withLock { $0.count } == 1)
    #expect(watch.current.generation == before)
    #expect(watch.current.providers["p"]?.credentials.first?.token == "sk-1")
    try home.execute("UPDATE endpoints SET protocol = 'gemini'")
    #expect(try watch.refresh() > before)
    #expect(watch.current.providers["p"]?.provider.endpoints.first?.dialect == .gemini)
  }
}
