import Routing
import Store
import Testing

@Suite struct GroupAndRouteTests {
  let home: TemporaryStore
  let store: Store

  init() throws {
    home = try TemporaryStore()
    store = try home.open()
    for name in ["a", "b"] { try store.providers.add(.sample(name)) }
  }

  private func target(_ text: String) -> RouteTarget {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    return RouteTarget(provider: parts[0], model: parts.count > 1 ? parts[1] : "")
  }

  @Test func defaultGroupIsThereFromTheStartAndStays() throws {
    #expect(try store.groups.list() == [Group(name: "default")])
    #expect(try store.groups.defaultName() == "default")
    #expect(failure { try store.groups.remove("default") } == .defaultGroup("default"))
    try store.groups.add("Work", direct: false)
    try store.groups.setDefault("work")
    #expect(try store.groups.defaultName() == "Work")
    #expect(try store.groups.require(nil) == Group(name: "Work", direct: false))
    try store.groups.remove("default")
    #expect(try store.groups.list().map(\.name) == ["Work"])
  }

  @Test func groupNamesAreURLSegmentsAndUnique() throws {
    for name in ["", "a.b", "a/b", "a b", "é"] { #expect(failure { try store.groups.add(name) } != nil) }
    try store.groups.add("alpha_1-x")
    #expect(failure { try store.groups.add("ALPHA_1-X") } == .alreadyExists(.group, name: "alpha_1-x"))
    #expect(failure { try store.groups.rename("alpha_1-x", to: "Default") } == .alreadyExists(.group, name: "default"))
    try store.groups.rename("alpha_1-x", to: "beta")
    try store.groups.setDirect("beta", false)
    #expect(try store.groups.find("beta") == Group(name: "beta", direct: false))
    #expect(failure { _ = try store.groups.require("bta") } == .notFound(.group, name: "bta", near: ["beta"]))
  }

  @Test func removingAGroupRemovesItsRoutesOnly() throws {
    try store.groups.add("g")
    try store.routes.set("x", targets: [target("a/1")], group: "g")
    try store.routes.set("x", targets: [target("a/2")])
    #expect(try store.groups.remove("g").routes.count == 1)
    #expect(try store.routes.list() == [Route(pattern: "x", targets: [target("a/2")])])
    #expect(try store.providers.uses(of: "a") == [RouteUse(group: "default", pattern: "x")])
  }

  @Test func settingARouteAgainReplacesItsTargetsInPlace() throws {
    #expect(try store.routes.set("one", targets: [target("a/1"), target("b/")]) == nil)
    try store.routes.set("two", targets: [target("b/2")])
    let before = try store.routes.set(" one ", targets: [target("B/3"), target("a/x/y"), target("a/1")])
    #expect(before == Route(pattern: "one", targets: [target("a/1"), target("b/")]))
    #expect(
      try store.routes.list() == [
        Route(pattern: "one", targets: [target("b/3"), target("a/x/y"), target("a/1")]),
        Route(pattern: "two", targets: [target("b/2")]),
      ])
  }

  @Test func blankPatternsAndMissingTargetsAreRefused() throws {
    for pattern in ["", "  ", "\n", "=", "a\nb"] {
      guard case .invalid(what: "pattern", _, _) = failure({ try store.routes.set(pattern, targets: [target("a/1")]) })
      else {
        Issue.record("\(pattern.debugDescription) was accepted")
        continue
      }
    }
    #expect(failure { try store.routes.set("x", targets: []) } != nil)
    #expect(try store.routes.list().isEmpty)
  }

  @Test(arguments: [
    (RoutePosition.first, ["c", "a", "b", "d"]), (.last, ["a", "b", "d", "c"]), (.before("b"), ["a", "c", "b", "d"]),
    (.after("d"), ["a", "b", "d", "c"]), (.after("a"), ["a", "c", "b", "d"]), (.before("c"), ["a", "b", "c", "d"]),
  ])
  func moveChangesTheOrder(_ position: RoutePosition, _ expected: [String]) throws {
    for pattern in ["a", "b", "c", "d"] { try store.routes.set(pattern, targets: [target("a/1")]) }
    try store.routes.move("c", to: position)
    #expect(try home.open().routes.list().map(\.pattern) == expected)
    try store.routes.set("e", targets: [target("a/1")])
    #expect(try store.routes.list().map(\.pattern) == expected + ["e"])
  }

  @Test func defaultRouteIsOneInAnySpelling() throws {
    try store.routes.set("Default", targets: [target("a/")])
    try store.routes.set("default", targets: [target("b/")])
    #expect(try store.routes.list() == [Route(pattern: "default", targets: [target("b/")])])
    try store.routes.remove("DEFAULT")
    #expect(try store.routes.list().isEmpty)
  }

  @Test func unknownRouteOffersNearOnes() throws {
    try store.routes.set("claude*", targets: [target("a/1")])
    #expect(failure { try store.routes.remove("claud*") } == .notFound(.route, name: "claud*", near: ["claude*"]))
    #expect(failure { try store.routes.move("claude*", to: .before("no")) } == .notFound(.route, name: "no", near: []))
    #expect(try store.routes.remove("claude*").targets == [target("a/1")])
    #expect(try store.routes.list().isEmpty)
  }
}
