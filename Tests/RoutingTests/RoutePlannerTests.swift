import Conversation
import Providers
import Routing
import Testing

@Suite struct RoutePlannerTests {
  // MARK: Which rule wins

  @Test(arguments: [
    // The seed's fuzzy rule: the pattern is looked for inside the name.
    (["claude", "default"], "claude-sonnet-4-5", "claude"), (["o1"], "foo1", "o1"),
    (["CLAUDE"], "Claude-3", "CLAUDE"), (["claude*"], "claude-3-5-sonnet", "claude*"),
    // Most literal characters win, wherever they stand in the table.
    (["gpt", "gpt-4o"], "gpt-4o-mini", "gpt-4o"), (["gpt-4o", "gpt"], "gpt-4o-mini", "gpt-4o"),
    (["gpt-4*mini", "gpt-4o"], "gpt-4o-mini", "gpt-4*mini"), (["????????????", "gpt"], "gpt-4o-mini", "gpt"),
    // Ties go to the earlier rule; a trailing star adds nothing.
    (["sonnet", "claude"], "claude-sonnet", "sonnet"), (["claude", "sonnet"], "claude-sonnet", "claude"),
    (["claude", "claude*"], "claude-3", "claude"), (["claude*", "claude"], "claude-3", "claude*"),
    // A lone star has no literals and still beats default.
    (["default", "*"], "anything", "*"), (["*", "any"], "anything", "any"), (["default"], "anything", "default"),
    // default is never looked for inside a name.
    (["default", "y"], "x-default-y", "y"), (["default", "*"], "x-default-y", "*"), (["default"], "default", "default"),
    (["fault", "default"], "default", "fault"),
    // Exact names come first, and letter case counts there.
    (["claude-3-sonnet-long", "=claude-3"], "claude-3", "=claude-3"), (["*", "=gpt-5"], "gpt-5", "=gpt-5"),
    (["default", "=gpt-5"], "GPT-5", "default"), (["default", "=gpt-5"], "gpt-5-mini", "default"),
    // Patterns with a slash cover the whole name and come before the direct form.
    (["main/*"], "main/gpt-5", "main/*"), (["default", "gpt-5", "*/gpt-5"], "other/gpt-5", "*/gpt-5"),
    (["default", "ghost/gpt"], "ghost/gpt-5", "default"), (["default", "x/ghost/gpt-5"], "ghost/gpt-5", "default"),
    (["a/*", "a/b*"], "a/bc", "a/b*"), (["=main/gpt-5", "main/gpt-5"], "main/gpt-5", "=main/gpt-5"),
    // Blank patterns never match.
    (["", "default"], "gpt-5", "default"), (["   ", "gpt"], "gpt-5", "gpt"), (["=", "default"], "=", "default"),
    // Context suffixes are matched with and without.
    (["=claude-opus-5", "default"], "claude-opus-5[1m]", "=claude-opus-5"),
    (["=claude-opus-5", "=claude-opus-5[1m]"], "claude-opus-5[1m]", "=claude-opus-5[1m]"),
    (["opus", "[1m]"], "claude-opus-5[1m]", "opus"), (["other/*-5", "default"], "other/opus-5[1m]", "other/*-5"),
    (["[1m]", "default"], "claude-opus-5", "default"),
  ])
  func wins(patterns: [String], model: String, winner: String) throws {
    let snapshot = snapshot(patterns.map { Route(pattern: $0, targets: [RouteTarget(provider: "main", model: "t")]) })
    let plan = try RoutePlanner.plan(model: model, group: nil, snapshot: snapshot, client: .openAIChat)
    #expect(plan.rule == .route(winner))
    // The explanation is of the same opinion.
    let explanation = try RoutePlanner.explain(model: model, group: nil, snapshot: snapshot, client: .openAIChat)
    #expect(explanation.considered.filter { $0.verdict == .won }.map(\.rule) == [.route(winner)])
  }

  /// Claude Code chooses from a list of names that begin with `claude`; what it chose is the name behind the prefix.
  @Test(arguments: [
    ("claude-aor:gpt-5", "gpt-5", "gpt-5"), ("claude-aor:gpt-5[1m]", "gpt-5", "gpt-5"),
    ("claude-aor:other/gpt-5", nil, "gpt-5"), ("claude-aor:", "claude", "claude-aor:"),
    ("claude-aor:exact", "=claude-aor:exact", "exact"), ("claude-sonnet-5", "claude", "claude-sonnet-5"),
  ])
  func aNameFromClaudeCodesListIsTheNameBehindItsPrefix(model: String, rule: String?, sent: String) throws {
    let snapshot = snapshot([
      route("claude", "main/"), route("gpt-5", "main/"), route("=claude-aor:exact", "main/"),
      route("default", "main/x"),
    ])
    let plan = try RoutePlanner.plan(model: model, group: nil, snapshot: snapshot, client: .anthropic)
    #expect(plan.rule.pattern == rule)
    #expect(plan.candidates.first?.model == sent)
  }

  @Test func namesAreListedForClaudeCodeAsItKeepsThem() {
    for name in ["claude-opus-5", "anthropic/claude-opus-5", "Claude-x"] { #expect(ModelName.listed(name) == name) }
    for name in ["gpt-5", "openrouter/anthropic/claude-opus-5", "deepseek/deepseek-chat"] {
      #expect(ModelName.listed(name).hasPrefix("claude"))
      #expect(ModelName.withoutListingPrefix(ModelName.listed(name)) == name)
    }
  }

  @Test(arguments: [nil, "", "   ", "\t\n"] as [String?])
  func aRequestWithoutAModelAsksForDefault(model: String?) throws {
    let snapshot = snapshot([route("default", "main/m"), route("other", "main/x")])
    let plan = try RoutePlanner.plan(model: model, group: nil, snapshot: snapshot, client: .openAIChat)
    #expect(plan.model == "default" && plan.rule == .route("default"))
  }

  // MARK: What is sent

  @Test(arguments: [
    ("default", "main/", "claude-opus-5[1m]", "claude-opus-5"),
    ("default", "main/", "claude-opus-5[1M][1m]", "claude-opus-5"), ("default", "main/", "gpt-5", "gpt-5"),
    ("default", "main/fixed[1m]", "gpt-5", "fixed[1m]"), ("default", "main/", "vendor/model-x", "vendor/model-x"),
    ("default", "main/", " gpt-5 ", "gpt-5"), ("default", "main/", "odd[]", "odd[]"),
    ("default", "main/", "odd[a b]", "odd[a b]"), ("default", "main/", "[1m]", "[1m]"),
    ("default", "main/deepseek/x", "gpt-5", "deepseek/x"),
  ])
  func sends(pattern: String, target: String, asked: String, sent: String) throws {
    let plan = try RoutePlanner.plan(
      model: asked, group: nil, snapshot: snapshot([route(pattern, target)]), client: .openAIChat)
    #expect(plan.candidates.map(\.model) == [sent])
  }

  @Test func namesAProviderDirectly() throws {
    let snapshot = snapshot([route("default", "other/x")])
    let plan = try RoutePlanner.plan(
      model: "main/vendor/gpt-5[1m]", group: nil, snapshot: snapshot, client: .openAIChat)
    #expect(plan.rule == .direct && plan.rule.pattern == nil)
    #expect(plan.candidates.map(\.provider.name) == ["main"] && plan.candidates.map(\.model) == ["vendor/gpt-5"])
  }

  @Test(arguments: ["nobody/gpt-5", "main/", "/gpt-5", "MAIN/gpt-5"])
  func whatNamesNoProviderIsAnOrdinaryName(model: String) throws {
    let snapshot = snapshot([route("default", "other/x")])
    let plan = try RoutePlanner.plan(model: model, group: nil, snapshot: snapshot, client: .openAIChat)
    #expect(plan.rule == .route("default"))
  }

  @Test func aGroupMayRefuseDirectNames() throws {
    let group = Group(name: "default", routes: [route("default", "other/x")], direct: false)
    let snapshot = snapshot(groups: [group])
    let plan = try RoutePlanner.plan(model: "main/gpt-5", group: nil, snapshot: snapshot, client: .openAIChat)
    #expect(plan.rule == .route("default"))
    let explanation = try RoutePlanner.explain(
      model: "main/gpt-5", group: nil, snapshot: snapshot, client: .openAIChat)
    #expect(explanation.considered.contains { $0.rule == .direct && $0.verdict == .directIsOff })
  }

  // MARK: Candidates

  @Test func everyAccountComesBeforeTheNextTarget() throws {
    let two = entry("two", accounts: ["a", "b"])
    let snapshot = snapshot([route("default", "two/x", "main/y")], providers: [two, entry("main")])
    let plan = try RoutePlanner.plan(model: "m", group: nil, snapshot: snapshot, client: .openAIChat)
    #expect(
      plan.candidates.map { "\($0.provider.name) \($0.credential?.account ?? "-") \($0.model)" }
        == ["two a x", "two b x", "main default y"])
  }

  @Test func theClientsOwnProtocolIsChosen() throws {
    let both = ProviderEntry(
      provider: Provider(
        name: "both",
        endpoints: [
          Endpoint(.openAIChat, "https://b.example/v1"), Endpoint(.anthropic, "https://b.example/anthropic/v1"),
        ]),
      credentials: [credential("both", "default")])
    let snapshot = snapshot([route("default", "both/")], providers: [both])
    for (client, expected) in [
      (DialectID.anthropic, DialectID.anthropic), (.openAIChat, .openAIChat), (.gemini, .openAIChat),
    ] {
      let plan = try RoutePlanner.plan(model: "m", group: nil, snapshot: snapshot, client: client)
      #expect(plan.candidates.map(\.endpoint.dialect) == [expected])
    }
  }

  @Test func targetsThatCannotBeCalledAreSkippedWithTheirReason() throws {
    var off = entry("off")
    off.provider.isEnabled = false
    let lost = ProviderEntry(
      provider: entry("lost").provider, credentials: [], problem: "its key file is missing")
    let snapshot = snapshot(
      [route("default", "nobody/", "off/", "lost/", "main/")], providers: [off, lost, entry("main")])
    let plan = try RoutePlanner.plan(model: "m", group: nil, snapshot: snapshot, client: .openAIChat)
    #expect(plan.candidates.map(\.provider.name) == ["main"])
    #expect(
      plan.skipped.map(\.reason) == [
        .unknownProvider("nobody", known: ["lost", "main", "off"]), .providerDisabled("off"),
        .noCredential(provider: "lost", problem: "its key file is missing"),
      ])
  }

  @Test func aProviderWithoutAuthenticationNeedsNoAccount() throws {
    let local = ProviderEntry(
      provider: Provider(
        name: "local", endpoints: [Endpoint(.openAIChat, "http://127.0.0.1:8080/v1", authentication: .none)]),
      credentials: [])
    let plan = try RoutePlanner.plan(
      model: "m", group: nil, snapshot: snapshot([route("default", "local/")], providers: [local]),
      client: .openAIChat)
    #expect(plan.candidates.count == 1 && plan.candidates.first?.credential == nil)
  }

  @Test func aClientsOwnCredentialIsNeverFailedOver() throws {
    let own = ProviderEntry(
      provider: Provider(
        name: "own", endpoints: [Endpoint(.anthropic, "https://own.example/v1", authentication: .client)]),
      credentials: [])
    func names(_ targets: String...) throws -> [String] {
      let routes = [Route(pattern: "default", targets: try targets.map { try RouteTarget(parsing: $0) })]
      return try RoutePlanner.plan(
        model: "m", group: nil, snapshot: snapshot(routes, providers: [own, entry("main")]), client: .anthropic
      ).candidates.map(\.provider.name)
    }
    #expect(try names("own/", "main/") == ["own"])
    #expect(try names("main/", "own/") == ["main"])
  }

  @Test func anAccountsProxyComesBeforeTheProviders() throws {
    var proxied = entry("p", accounts: ["a", "b"])
    proxied.provider.networkProxy = "http://provider.example"
    proxied.credentials[1].networkProxy = "http://account.example"
    let plan = try RoutePlanner.plan(
      model: "m", group: nil, snapshot: snapshot([route("default", "p/")], providers: [proxied]), client: .openAIChat)
    #expect(plan.candidates.map(\.networkProxy) == ["http://provider.example", "http://account.example"])
  }

  @Test func aModelBringsItsOwnQuirks() throws {
    let preset = try #require(ProviderCatalog.preset(named: "anthropic"))
    let entry = ProviderEntry(
      provider: preset.makeProvider(withKey: true), credentials: [credential("anthropic", "default")])
    let snapshot = snapshot([route("default", "anthropic/")], providers: [entry])
    func style(_ model: String) throws -> Quirks.ThinkingStyle? {
      try RoutePlanner.plan(model: model, group: nil, snapshot: snapshot, client: .anthropic)
        .candidates.first?.quirks.thinkingStyle
    }
    #expect(try style("claude-sonnet-4-5-20250929") == .budget)
    #expect(try style("claude-opus-5-5[1m]") == .adaptive)
  }

  // MARK: Errors

  @Test func saysWhatIsMissing() {
    func error(_ snapshot: Snapshot, model: String = "m", group: String? = nil) -> RoutingError? {
      do throws(RoutingError) {
        _ = try RoutePlanner.plan(model: model, group: group, snapshot: snapshot, client: .openAIChat)
        return nil
      } catch {
        return error
      }
    }
    #expect(error(snapshot([]), group: "nope") == .unknownGroup("nope", known: ["default"]))
    #expect(error(snapshot([])) == .noRoute(group: "default", model: "m"))
    #expect(error(snapshot([], providers: [])) == .noProviders)
    #expect(
      error(snapshot([Route(pattern: "default", targets: [])])) == .noTargets(group: "default", pattern: "default"))
    #expect(error(snapshot([route("default", "x/")])) == .unknownProvider("x", known: ["main", "other"]))
    #expect(
      error(snapshot([route("default", "bare/")], providers: [entry("bare", accounts: [])]))
        == .noCredential(provider: "bare", problem: nil))
    #expect(error(snapshot([]), model: String(repeating: "a", count: 600)) == .modelNameTooLong)
  }

  @Test func anEmptyConfigurationIsToldTheFirstSteps() {
    let text = "\(RoutingError.noProviders)"
    #expect(RoutingError.firstSteps.count == 3)
    #expect(RoutingError.firstSteps.allSatisfy { text.contains("`\($0)`") })
  }

  @Test func noRouteNamesGroupModelAndCommand() {
    let text = "\(RoutingError.noRoute(group: "alpha", model: "gpt-5"))"
    #expect(text.contains("alpha") && text.contains("gpt-5") && text.contains("aor route set default"))
    #expect(text.contains("--group alpha"))
  }

  @Test(arguments: [
    (RoutingError.unknownGroup("g", known: []), 404), (.noRoute(group: "g", model: "m"), 404),
    (.noProviders, 503), (.modelNameTooLong, 400), (.providerDisabled("p"), 503),
  ])
  func statuses(error: RoutingError, status: Int) {
    #expect(error.status == status)
  }

  // MARK: Explanations

  @Test func explainsEveryRule() throws {
    let snapshot = snapshot([
      route("default", "main/"), route("gpt", "main/"), route("gpt-5", "main/"), route("mini5", "main/"),
      route("gpt-?", "other/"), route("5-min", "main/"), route("", "main/"), route("=other/gpt", "main/"),
      route("x/*", "main/"),
    ])
    let explanation = try RoutePlanner.explain(
      model: "gpt-5-mini", group: "default", snapshot: snapshot, client: .openAIChat)
    let winner = MatchedRule.route("gpt-5")
    let expected: [(MatchedRule, RouteExplanation.Verdict)] = [
      (.route("=other/gpt"), .doesNotFit), (.route("x/*"), .doesNotFit),
      (.route("gpt"), .fewerLiterals(than: winner)), (.route("gpt-5"), .won), (.route("mini5"), .doesNotFit),
      (.route("gpt-?"), .fewerLiterals(than: winner)), (.route("5-min"), .laterInTable(than: winner)),
      (.route("default"), .laterStep(than: winner)), (.route(""), .blank),
    ]
    #expect(explanation.considered.map(\.rule) == expected.map(\.0))
    #expect(explanation.considered.map(\.verdict) == expected.map(\.1))
    #expect(explanation.considered.allSatisfy { !$0.reason.isEmpty })
  }

  @Test func explainsWhyThereIsNoPlan() throws {
    let explanation = try RoutePlanner.explain(
      model: "ghost/gpt", group: nil, snapshot: snapshot([]), client: .openAIChat)
    #expect(explanation.considered.map(\.verdict) == [.unknownProvider("ghost")])
    guard case .failure(.noRoute) = explanation.outcome else {
      Issue.record("expected no route")
      return
    }
  }
}

// MARK: - Fixtures

private func route(_ pattern: String, _ targets: String...) -> Route {
  Route(
    pattern: pattern,
    targets: targets.map { target in
      let parts = target.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
      return RouteTarget(provider: String(parts[0]), model: String(parts[1]))
    })
}

private func credential(_ provider: String, _ account: String) -> Credential {
  Credential(account: account, accountID: "\(provider)-\(account)", token: "token")
}

private func entry(_ name: String, accounts: [String] = ["default"]) -> ProviderEntry {
  ProviderEntry(
    provider: Provider(name: name, endpoints: [Endpoint(.openAIChat, "https://\(name).example/v1")]),
    credentials: accounts.map { credential(name, $0) })
}

private func snapshot(_ routes: [Route], providers: [ProviderEntry]? = nil) -> Snapshot {
  snapshot(groups: [Group(name: "default", routes: routes)], providers: providers)
}

private func snapshot(groups: [Group], providers: [ProviderEntry]? = nil) -> Snapshot {
  Snapshot(
    generation: 1, providers: providers ?? [entry("main"), entry("other")], groups: groups, defaultGroup: "default",
    settings: GatewaySettings())
}
