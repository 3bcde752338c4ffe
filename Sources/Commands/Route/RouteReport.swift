import Console
import Conversation
import Providers
import Routing

/// What `aor route explain` tells.
struct RouteReport {
  var explanation: RouteExplanation
  var client: DialectID

  /// What would happen to the bodies on the way to a candidate.
  ///
  /// A provider's edits are made where a body has what they are about; without it, it goes verbatim.
  func path(to candidate: RouteCandidate) -> String {
    if candidate.endpoint.dialect != client { return "translated" }
    return DeclaredEdits.of(candidate).isEmpty ? "verbatim" : "patched"
  }

  /// The report as text for a stream.
  func text(for output: TextOutput) -> String {
    let style = output.style
    var text = "model `\(DisplayWidth.sanitize(explanation.model))` in group `\(explanation.group)`\n"
    if !output.isTerminal { text = "model\t\(DisplayWidth.sanitize(explanation.model))\ngroup\t\(explanation.group)\n" }
    var rules = Table([.init("RULE"), .init("TARGETS", canShrink: true), .init("VERDICT", canShrink: true)])
    for item in explanation.considered {
      rules.add([
        Table.Cell(item.rule.description), Table.Cell(item.targets.map(\.description).joined(separator: ", ")),
        Table.Cell(item.reason, item.verdict == .won ? .good : .faint),
      ])
    }
    text += (output.isTerminal ? "\n" : "") + rules.render(for: output)
    guard case .success(let plan) = explanation.outcome else { return text }
    if output.isTerminal { text += "\n" + style.heading("Tried in this order") + "\n" }
    var candidates = Table([
      .init("PROVIDER"), .init("ACCOUNT"), .init("MODEL", canShrink: true), .init("PROTOCOL"), .init("PATH"),
    ])
    for candidate in plan.candidates {
      candidates.add([
        Table.Cell(candidate.provider.name), Table.Cell(candidate.credential?.account ?? "-"),
        Table.Cell(candidate.model), Table.Cell(candidate.endpoint.dialect.rawValue), Table.Cell(path(to: candidate)),
      ])
    }
    text += candidates.render(for: output)
    if output.isTerminal { text += edits(of: plan, columns: output.columns ?? 80) }
    for skipped in plan.skipped {
      text += "\(style.warning("skipped:")) `\(skipped.target)`: \(DisplayWidth.sanitize(skipped.reason.message))\n"
    }
    return text
  }
}

extension RouteReport {
  /// Which edits make a candidate's path a patched one.
  private func edits(of plan: RoutePlan, columns: Int) -> String {
    var seen: Set<String> = []
    return plan.candidates.filter { path(to: $0) == "patched" && seen.insert($0.provider.name).inserted }.map {
      let sentence =
        "patched for `\($0.provider.name)`, where due: "
        + DeclaredEdits.of($0).joined(separator: "; ")
      return "\n" + HelpText.wrap(sentence, columns: columns) + "\n"
    }.joined()
  }
}

extension RouteReport: Displayable {
  static let columns: [Table.Column] = []
  func cells(in context: CommandContext) -> [Table.Cell] { [] }

  static var fields: [Field<RouteReport>] {
    [
      Field("model") { .text($0.explanation.model) },
      Field("group") { .text($0.explanation.group) },
      Field("considered") { report in .list(report.explanation.considered.map(Self.object)) },
      Field("rule") { report in report.plan.map { .text($0.rule.description) } ?? .null },
      Field("candidates") { report in .list(report.plan?.candidates.map(report.object) ?? []) },
      Field("skipped") { report in
        .list(
          report.plan?.skipped.map {
            .object(["target": .text($0.target.description), "reason": .text($0.reason.message)])
          }
            ?? [])
      },
      Field("error") { report in
        if case .failure(let error) = report.explanation.outcome { .text(error.message) } else { .null }
      },
    ]
  }

  private var plan: RoutePlan? { try? explanation.outcome.get() }

  private static func object(_ item: RouteExplanation.Consideration) -> OutputValue {
    .object([
      "rule": .text(item.rule.description), "targets": .texts(item.targets.map(\.description)),
      "won": .flag(item.verdict == .won), "reason": .text(item.reason),
    ])
  }

  private func object(_ candidate: RouteCandidate) -> OutputValue {
    .object([
      "provider": .text(candidate.provider.name), "account": .text(candidate.credential?.account),
      "model": .text(candidate.model), "protocol": .text(candidate.endpoint.dialect.rawValue),
      "path": .text(path(to: candidate)),
      "edits": .texts(candidate.endpoint.dialect == client ? DeclaredEdits.of(candidate) : []),
    ])
  }
}
