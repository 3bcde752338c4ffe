import Conversation
import Dialects

/// What was lost, for `--losses` and `--strict`.
enum LossReport {
  /// The JSON array of `--losses`, one loss per line.
  static func json(_ losses: Losses) -> String {
    var rows = losses.list.map { loss in
      OutputValue.object(["path": .text(loss.path), "reason": .text(loss.reason)])
    }
    if losses.omitted > 0 {
      rows.append(.object(["path": .text(""), "reason": .text("\(losses.omitted) more, which are not listed")]))
    }
    if rows.isEmpty { return "[]\n" }
    return "[\n" + rows.map { "  " + $0.json(pretty: false) }.joined(separator: ",\n") + "\n]\n"
  }

  /// The sentence that strictness ends in; nil where nothing was lost.
  static func refusal(_ losses: Losses) -> String? {
    losses.list.first.map { "strict: \($0.path) would be lost: \($0.reason)" }
  }

  /// `1 loss`, `2 losses`.
  static func count(_ losses: Losses) -> String {
    let count = losses.list.count + losses.omitted
    return count == 1 ? "1 loss" : "\(count) losses"
  }
}
