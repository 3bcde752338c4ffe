import Conversation
import Providers
import Routing
import Store
import Testing

@Suite struct ProviderTests {
  let home: TemporaryStore
  let store: Store

  init() throws {
    home = try TemporaryStore()
    store = try home.open()
  }

  @Test func everyMemberComesBackFromAnotherConnection() throws {
    var quirks = Quirks()
    quirks.developerRole = false
    quirks.reasoningSwitch = .thinkingType
    quirks.defaultMaxTokens = 8192
    quirks.stripFields = ["metadata", "store"]
    let provider = Provider(
      name: "Deep.Seek_1-x", preset: "deepseek",
      endpoints: [
        Endpoint(.anthropic, "https://a.example/anthropic", authentication: .header("api-key")),
        Endpoint(.openAIChat, "http://127.0.0.1:9/v1", authentication: Authentication.none),
        Endpoint(.gemini, "https://g.example/v1beta", authentication: .client),
        Endpoint(.openAIResponses, "https://r.example/v1", authentication: .bearer),
      ],
      quirks: quirks, models: ["m/1", "m\"2"], website: "https://w.example", networkProxy: "socks5h://p.example:1080",
      isEnabled: false, http2: true, timeouts: TimeoutOverrides(connect: 1.5, idle: 7))
    try store.providers.add(provider)
    #expect(try home.open().providers.list() == [provider])
    #expect(try home.open().providers.find("deep.seek_1-X") == provider)
  }

  @Test func listKeepsTheOrderOfAddition() throws {
    for name in ["zeta", "alpha", "mid"] { try store.providers.add(.sample(name)) }
    #expect(try store.providers.list().map(\.name) == ["zeta", "alpha", "mid"])
  }

  @Test func unknownNameOffersNearOnes() throws {
    for name in ["deepseek", "openai", "openrouter"] { try store.providers.add(.sample(name)) }
    #expect(
      failure { _ = try store.providers.require("depseek") }
        == .notFound(.provider, name: "depseek", near: ["deepseek"]))
    #expect(failure { _ = try store.providers.require("zzz") } == .notFound(.provider, name: "zzz", near: []))
    let target = RouteTarget(provider: "opnai", model: "m")
    #expect(
      failure { try store.routes.set("x", targets: [target]) } == .notFound(.provider, name: "opnai", near: ["openai"]))
    #expect(try store.routes.list().isEmpty, "a refused route must leave nothing behind")
  }

  @Test func nameIsTakenInAnyCase() throws {
    try store.providers.add(.sample("Main"))
    #expect(failure { try store.providers.add(.sample("main")) } == .alreadyExists(.provider, name: "Main"))
    try store.providers.add(.sample("other"))
    #expect(failure { try store.providers.rename("other", to: "MAIN") } == .alreadyExists(.provider, name: "Main"))
    try store.providers.rename("Main", to: "main")
    #expect(try store.providers.list().map(\.name) == ["main", "other"])
  }

  @Test(arguments: ["", "a b", "a/b", "ä", String(repeating: "x", count: 65), "x\n"])
  func badNameIsRefused(_ name: String) throws {
    var provider = Provider.sample("ok")
    provider.name = name
    let refused = provider
    guard case .invalid(what: "provider name", _, _) = failure({ try store.providers.add(refused) }) else {
      Issue.record("\(name) was accepted")
      return
    }
  }

  @Test(arguments: ["ftp://x/v1", "example.com", "https://", "https://u:p@x/v1", "https://x/v1#f", "https://x /v1"])
  func badBaseURLIsRefused(_ url: String) throws {
    let provider = Provider(name: "p", endpoints: [Endpoint(.gemini, url)])
    let error = failure { try store.providers.add(provider) }
    guard case .invalid(what: "base URL", _, _) = error else {
      Issue.record("\(url) gave \(String(describing: error))")
      return
    }
    #expect(error?.description.contains("u:p") == false)
  }

  @Test func clientCredentialNeedsHTTPSOrLoopback() throws {
    let plain = Provider(name: "p", endpoints: [Endpoint(.anthropic, "http://x.example", authentication: .client)])
    #expect(failure { try store.providers.add(plain) } != nil)
    let local = Provider(name: "p", endpoints: [Endpoint(.anthropic, "http://127.0.0.1:1", authentication: .client)])
    try store.providers.add(local)
  }

  @Test func aProtocolComesOnceAndAtLeastOneIsNeeded() throws {
    let twice = Provider(name: "p", endpoints: [Endpoint(.gemini, "https://a"), Endpoint(.gemini, "https://b")])
    #expect(failure { try store.providers.add(twice) } != nil)
    #expect(failure { try store.providers.add(Provider(name: "p", endpoints: [])) } != nil)
  }

  @Test func renamingKeepsRoutes() throws {
    try store.providers.add(.sample("old"))
    try store.routes.set("default", targets: [RouteTarget(provider: "old", model: "")])
    try store.providers.rename("old", to: "new")
    #expect(try store.routes.list() == [Route(pattern: "default", targets: [RouteTarget(provider: "new", model: "")])])
  }

  @Test func editReplacesEndpointsAndRollsBackWhatItRefuses() throws {
    try store.providers.add(.sample("p"))
    try store.providers.edit("p") {
      $0.endpoints = [Endpoint(.gemini, "https://g/v1beta"), Endpoint(.anthropic, "https://a")]
    }
    let before = try store.providers.require("p")
    #expect(before.endpoints.map(\.dialect) == [.gemini, .anthropic])
    #expect(
      failure {
        try store.providers.edit("p") {
          $0.endpoints = []; $0.http2 = true
        }
      } != nil)
    #expect(try store.providers.require("p") == before)
    try store.providers.setEnabled("p", false)
    #expect(try store.providers.require("p").isEnabled == false)
  }

  @Test func removalIsRefusedWhileRoutesUseItAndReportsWhatWentWithIt() throws {
    for name in ["a", "b"] { try store.providers.add(.sample(name), token: "sk-\(name)") }
    try store.groups.add("beta")
    try store.routes.set(
      "x*", targets: [RouteTarget(provider: "a", model: "1"), RouteTarget(provider: "b", model: "2")])
    try store.routes.set("default", targets: [RouteTarget(provider: "a", model: "")])
    try store.routes.set("y", targets: [RouteTarget(provider: "a", model: "3")], group: "beta")
    let uses = [
      RouteUse(group: "default", pattern: "x*"), RouteUse(group: "default", pattern: "default"),
      RouteUse(group: "beta", pattern: "y"),
    ]
    #expect(failure { try store.providers.remove("a") } == .providerInUse("a", routes: uses))
    #expect(try store.providers.uses(of: "a") == uses)
    #expect(try store.providers.list().count == 2)

    let removal = try store.providers.remove("a", force: true)
    #expect(removal.accounts == ["default"])
    #expect(removal.shortened == [uses[0]])
    #expect(removal.removed == [uses[1], uses[2]])
    #expect(try store.routes.list() == [Route(pattern: "x*", targets: [RouteTarget(provider: "b", model: "2")])])
    #expect(try store.accounts.list().map(\.provider) == ["b"])
  }

  @Test func quirkOfAnotherVersionDoesNotHideTheProvider() throws {
    try store.providers.add(.sample("p"))
    try home.execute("UPDATE providers SET quirks = '{\"futureFlag\":true,\"developerRole\":false}'")
    #expect(try home.open().providers.require("p").quirks.developerRole == false)
  }

  @Test func brokenRowIsAnErrorThatNamesIt() throws {
    try store.providers.add(.sample("p"))
    try home.execute("UPDATE endpoints SET protocol = 'smtp'")
    #expect(
      failure { _ = try store.providers.list() } == .unreadableRow("an endpoint", detail: "unknown protocol `smtp`"))
    try home.execute("UPDATE endpoints SET protocol = 'gemini'; UPDATE providers SET models = x'ff'")
    guard case .unreadableRow("provider `p`", _) = failure({ _ = try store.snapshots.read() }) else {
      Issue.record("a broken row was not reported")
      return
    }
  }
}
