import Console
import Conversation
import Routing
import Store

/// A logged exchange as commands show it.
struct ExchangeRow {
  var exchange: LoggedExchange
  var record: ExchangeRecord { exchange.record }

  var isFailure: Bool { record.errorKind != nil || record.status >= 400 || record.status == 0 }

  /// Enough of the id to find it again on a terminal, all of it in a pipe.
  func shownID(in context: CommandContext) -> String {
    context.streams.output.isTerminal ? String(record.id.prefix(12)) : record.id
  }

  var protocols: String {
    guard let client = record.clientDialect else { return "-" }
    guard let upstream = record.upstreamDialect, upstream != client else { return client.rawValue }
    return "\(client.rawValue) → \(upstream.rawValue)"
  }

  var tokens: String {
    guard record.inputTokens != nil || record.outputTokens != nil else { return "-" }
    return "\(record.inputTokens ?? 0)/\(record.outputTokens ?? 0)"
  }

  var target: String {
    [record.provider, record.modelSent].compactMap { $0 }.joined(separator: "/")
  }
}

extension ExchangeRow: Displayable {
  static let columns: [Table.Column] = [
    .init("TIME"), .init("ID"), .init("STATUS", alignment: .trailing), .init("MODEL", canShrink: true),
    .init("TARGET", canShrink: true), .init("PROTOCOLS", canShrink: true), .init("TOKENS", alignment: .trailing),
    .init("TOOK", alignment: .trailing),
  ]

  static var fields: [Field<ExchangeRow>] {
    [
      Field("id") { .text($0.record.id) },
      Field("startedAt") { .time($0.record.startedAt) },
      Field("method") { .text($0.record.method) },
      Field("path") { .text($0.record.path) },
      Field("group") { .text($0.record.group) },
      Field("route") { .text($0.record.route) },
      Field("exchangePath") { .text($0.record.exchangePath?.rawValue) },
      Field("provider") { .text($0.record.provider) },
      Field("account") { .text($0.record.account) },
      Field("modelAsked") { .text($0.record.modelAsked) },
      Field("modelSent") { .text($0.record.modelSent) },
      Field("clientProtocol") { .text($0.record.clientDialect?.rawValue) },
      Field("upstreamProtocol") { .text($0.record.upstreamDialect?.rawValue) },
      Field("stream") { .flag($0.record.isStream) },
      Field("attempts") { .list($0.record.attempts.map(Self.object)) },
      Field("status") { .integer($0.record.status) },
      Field("firstByteMs") { $0.record.firstByteAfter.map { .integer($0) } ?? .null },
      Field("durationMs") { .integer($0.record.duration) },
      Field("inputTokens") { .integer($0.record.inputTokens) },
      Field("outputTokens") { .integer($0.record.outputTokens) },
      Field("cacheReadTokens") { .integer($0.record.cacheReadTokens) },
      Field("cacheWriteTokens") { .integer($0.record.cacheWriteTokens) },
      Field("reasoningTokens") { .integer($0.record.reasoningTokens) },
      Field("requestBytes") { .integer($0.record.requestBytes) },
      Field("responseBytes") { .integer($0.record.responseBytes) },
      Field("losses") { row in
        .list(row.record.losses.map { .object(["path": .text($0.path), "reason": .text($0.reason)]) })
      },
      Field("errorKind") { .text($0.record.errorKind) },
      Field("errorMessage") { .text($0.record.errorMessage) },
      Field("stopReason") { .text($0.record.stopReason) },
      Field("session") { .text($0.record.session) },
      Field("userAgent") { .text($0.record.userAgent) },
    ]
  }

  private static func object(_ attempt: ExchangeRecord.Attempt) -> OutputValue {
    .object([
      "provider": .text(attempt.provider), "account": .text(attempt.account), "model": .text(attempt.model),
      "protocol": .text(attempt.dialect.rawValue), "status": .integer(attempt.status), "error": .text(attempt.error),
      "durationMs": .integer(attempt.duration), "passedOver": .flag(attempt.passedOver == true),
    ])
  }

  func cells(in context: CommandContext) -> [Table.Cell] {
    [
      Table.Cell(Timestamp.relative(record.startedAt, now: context.now())), Table.Cell(shownID(in: context)),
      Table.Cell(record.status == 0 ? "-" : "\(record.status)", isFailure ? .bad : .good),
      Table.Cell(record.modelAsked ?? "-"), Table.Cell(target.isEmpty ? "-" : target), Table.Cell(protocols),
      Table.Cell(tokens), Table.Cell(Timestamp.duration(record.duration)),
    ]
  }
}
