import Routing
import Testing

@Suite struct RouteSyntaxTests {
  @Test(arguments: [
    ("claude*", "claude*"), ("  claude ", "claude"), ("Default", "default"), ("=gpt-5", "=gpt-5"), ("*", "*"),
    ("openai/*", "openai/*"), ("llama 3", "llama 3"),
  ])
  func keepsPattern(typed: String, stored: String) throws {
    #expect(try Route.validate(pattern: typed) == stored)
  }

  @Test(arguments: [
    ("", RouteSyntaxError.blankPattern), (" \t ", .blankPattern), ("=", .exactPatternWithoutName),
    ("a\u{1B}[0m", .patternHasControlCharacter), (String(repeating: "a", count: 257), .patternTooLong),
  ])
  func refusesPattern(typed: String, error: RouteSyntaxError) {
    #expect(throws: error) { try Route.validate(pattern: typed) }
  }

  @Test(arguments: [
    ("main/", "main", ""), ("main/gpt-5", "main", "gpt-5"),
    ("openrouter/anthropic/claude", "openrouter", "anthropic/claude"),
    (" main/x ", "main", "x"),
  ])
  func readsTarget(text: String, provider: String, model: String) throws {
    #expect(try RouteTarget(parsing: text) == RouteTarget(provider: provider, model: model))
  }

  @Test(arguments: [
    ("", RouteSyntaxError.blankTarget), ("main", .targetWithoutSlash("main")), ("/gpt", .targetWithoutProvider("/gpt")),
    ("a b/c", .badProviderName("a b")), ("main/a\u{7}", .targetHasControlCharacter),
  ])
  func refusesTarget(text: String, error: RouteSyntaxError) {
    #expect(throws: error) { try RouteTarget(parsing: text) }
  }

  @Test func aProviderAloneIsToldWhatToWrite() {
    #expect(RouteSyntaxError.targetWithoutSlash("main").hint?.contains("`main/`") == true)
  }

  @Test(arguments: [("default", true), ("a-B_9", true), ("", false), ("a/b", false), ("a.b", false), ("é", false)])
  func groupNames(name: String, valid: Bool) {
    #expect(Group.isValid(name: name) == valid)
  }

  @Test func templatesAreValidAndSkipWhatTheTableHas() throws {
    for template in RouteTemplate.all {
      for route in template.routes(to: "main") { #expect(try Route.validate(pattern: route.pattern) == route.pattern) }
      #expect(template.patterns.last?.pattern == "default")
      #expect(RouteTemplate.named(template.name) == template)
    }
    let template = try #require(RouteTemplate.named("claude-code"))
    let existing = [Route(pattern: "Claude-Opus", targets: []), Route(pattern: "default", targets: [])]
    #expect(template.routes(to: "main", besides: existing).map(\.pattern) == ["claude-sonnet", "claude-haiku"])
    #expect(template.routes(to: "main").allSatisfy { $0.targets == [RouteTarget(provider: "main", model: "")] })
  }
}
