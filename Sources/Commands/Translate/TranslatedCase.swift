import Console
import Conversation

/// What became of one file of a batch.
struct TranslatedCase {
  enum State: String {
    case ok, failed, skipped
  }

  /// The folder it stands in, below the batch's.
  var name: String
  /// The file written.
  var file: String
  var source: DialectID?
  var state = State.ok
  /// How many things were lost.
  var losses = 0
  /// Set where the client gets an error instead of an answer.
  var errorStatus: Int?
  /// Why it failed or was left out.
  var error: String?
}

extension TranslatedCase: Displayable {
  static let columns: [Table.Column] = [
    .init("CASE", canShrink: true), .init("WRITTEN"), .init("STATE"), .init("LOSSES", alignment: .trailing),
    .init("ERROR", canShrink: true),
  ]

  static var fields: [Field<TranslatedCase>] {
    [
      Field("case") { .text($0.name) },
      Field("file") { .text($0.file) },
      Field("from") { .text($0.source?.rawValue) },
      Field("state") { .text($0.state.rawValue) },
      Field("losses") { .integer($0.losses) },
      Field("errorStatus") { .integer($0.errorStatus) },
      Field("error") { .text($0.error) },
    ]
  }

  func cells(in context: CommandContext) -> [Table.Cell] {
    let tone: Table.Cell.Tone =
      switch state {
      case .ok: .good
      case .failed: .bad
      case .skipped: .faint
      }
    let said = error ?? errorStatus.map { "an error, HTTP \($0)" } ?? "-"
    return [
      Table.Cell(name), Table.Cell(file), Table.Cell(state.rawValue, tone),
      Table.Cell(String(losses)), Table.Cell(said),
    ]
  }
}
