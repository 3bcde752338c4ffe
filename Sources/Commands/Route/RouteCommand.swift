import ArgumentParser

/// `aor route`: which model goes where.
struct RouteCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "route", abstract: "Which model goes where",
    discussion: HelpText.make(
      "A route is a pattern and the targets to try in order. `aor help routing` has the rules.",
      examples: [
        ("Everything to one provider, models unchanged", "aor route set default anthropic/"),
        ("Claude models to one, with another as fallback", "aor route set 'claude-*' anthropic/ openrouter/"),
        ("See where a model would go, and why", "aor route explain claude-sonnet-4-5"),
      ]),
    subcommands: [
      RouteSet.self, RouteList.self, RouteRemove.self, RouteMove.self, RouteExplain.self, RouteFromTemplate.self,
    ])
}
