/// The models an agent is known to ask for: a routing table to fill in.
public struct RouteTemplate: Sendable, Hashable {
  /// The agent's name, as in `aor route template claude-code`.
  public var name: String
  /// The agent's name for people.
  public var displayName: String
  /// Patterns, most particular first.
  public var patterns: [Row]

  /// One row to fill in.
  public struct Row: Sendable, Hashable {
    /// The pattern of the route.
    public var pattern: String
    /// What the agent uses the model for.
    public var purpose: String
  }

  /// Every template.
  public static let all: [RouteTemplate] = [
    RouteTemplate(
      name: "claude-code", displayName: "Claude Code",
      patterns: [
        Row(pattern: "claude-opus", purpose: "the strongest model, and planning"),
        Row(pattern: "claude-sonnet", purpose: "everyday work"),
        Row(pattern: "claude-haiku", purpose: "titles, summaries and web search"),
        Row(pattern: "default", purpose: "everything else"),
      ]),
    RouteTemplate(
      name: "codex", displayName: "Codex",
      patterns: [
        Row(pattern: "codex", purpose: "models made for coding"),
        Row(pattern: "gpt-*-mini", purpose: "small tasks"),
        Row(pattern: "gpt-5", purpose: "everyday work"),
        Row(pattern: "default", purpose: "everything else"),
      ]),
    RouteTemplate(
      name: "gemini", displayName: "Gemini CLI",
      patterns: [
        Row(pattern: "gemini-*-pro", purpose: "everyday work"),
        Row(pattern: "gemini-*-flash-lite", purpose: "titles and routing"),
        Row(pattern: "gemini-*-flash", purpose: "small tasks"),
        Row(pattern: "default", purpose: "everything else"),
      ]),
  ]

  /// The template of that name, or nil.
  public static func named(_ name: String) -> RouteTemplate? { all.first { $0.name == name } }

  /// The routes to add: those whose pattern the table lacks, each to the same provider with the model kept.
  public func routes(to provider: String, besides existing: [Route] = []) -> [Route] {
    let taken = Set(existing.map { $0.pattern.lowercased() })
    return patterns.filter { !taken.contains($0.pattern.lowercased()) }
      .map { Route(pattern: $0.pattern, targets: [RouteTarget(provider: provider, model: "")]) }
  }
}
