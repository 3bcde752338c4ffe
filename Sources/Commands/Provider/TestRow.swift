import Console
import Conversation

/// What a test of one protocol came to.
struct TestRow: Sendable {
  var provider: String
  var dialect: DialectID
  var model: String
  var url: String
  var status: Int?
  /// Milliseconds.
  var latency: Int64?
  /// Nil when it works.
  var error: String?
}

extension TestRow: Displayable {
  static let columns: [Table.Column] = [
    .init("PROTOCOL"), .init("MODEL", canShrink: true), .init("LATENCY", alignment: .trailing),
    .init("RESULT", canShrink: true),
  ]

  static var fields: [Field<TestRow>] {
    [
      Field("provider") { .text($0.provider) },
      Field("protocol") { .text($0.dialect.rawValue) },
      Field("model") { .text($0.model) },
      Field("url") { .text($0.url) },
      Field("ok") { .flag($0.error == nil) },
      Field("status") { .integer($0.status) },
      Field("latencyMs") { $0.latency.map { .integer($0) } ?? .null },
      Field("error") { .text($0.error) },
    ]
  }

  func cells(in context: CommandContext) -> [Table.Cell] {
    [
      Table.Cell(dialect.rawValue), Table.Cell(model), Table.Cell(latency.map(Timestamp.duration) ?? "-"),
      error.map { Table.Cell($0, .bad) } ?? Table.Cell("works", .good),
    ]
  }
}
