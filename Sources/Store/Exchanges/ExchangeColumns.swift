import Conversation
import Foundation
import GRDB
import Routing
import Wire

/// One exchange in its columns.
enum ExchangeColumns {
  private static let names = [
    "id", "started_at", "method", "url_path", "group_name", "route", "exchange_path", "provider", "account",
    "model_asked", "model_sent", "client_protocol", "upstream_protocol", "is_stream", "status", "first_byte_after",
    "duration", "input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "reasoning_tokens",
    "request_bytes", "response_bytes", "attempts", "losses", "error_kind", "error_message", "stop_reason", "session",
    "user_agent",
  ]

  private static let insertion = """
    INSERT INTO exchanges (\(names.joined(separator: ", ")))
    VALUES (\(names.map { _ in "?" }.joined(separator: ", ")))
    """

  static func insert(_ record: ExchangeRecord, _ db: Database) throws {
    let statement = try db.cachedStatement(sql: insertion)
    var binder = StatementBinder(statement)
    try binder.bind(record.id)
    try binder.bind(record.startedAt)
    try binder.bind(record.method)
    try binder.bind(record.path)
    try binder.bind(record.group)
    try binder.bind(record.route)
    try binder.bind(record.exchangePath?.rawValue)
    try binder.bind(record.provider)
    try binder.bind(record.account)
    try binder.bind(record.modelAsked)
    try binder.bind(record.modelSent)
    try binder.bind(record.clientDialect?.rawValue)
    try binder.bind(record.upstreamDialect?.rawValue)
    try binder.bind(record.isStream ? 1 : 0)
    try binder.bind(record.status)
    try binder.bind(record.firstByteAfter)
    try binder.bind(record.duration)
    try binder.bind(record.inputTokens)
    try binder.bind(record.outputTokens)
    try binder.bind(record.cacheReadTokens)
    try binder.bind(record.cacheWriteTokens)
    try binder.bind(record.reasoningTokens)
    try binder.bind(record.requestBytes)
    try binder.bind(record.responseBytes)
    try binder.bind(try attempts(of: record))
    try binder.bind(text(of: record.losses))
    try binder.bind(record.errorKind)
    try binder.bind(record.errorMessage)
    try binder.bind(record.stopReason)
    try binder.bind(record.session)
    try binder.bind(record.userAgent)
    try statement.execute()
    if let capture = record.capture {
      try db.execute(
        sql: "INSERT INTO captures (row, content) VALUES (?, ?)",
        arguments: [db.lastInsertedRowID, try jsonText(capture)])
    }
  }

  /// JSON of the losses, of which a long history may have dozens; nothing for none.
  private static func text(of losses: [ExchangeRecord.RecordedLoss]) -> String? {
    guard !losses.isEmpty else { return nil }
    var writer = JSONWriter()
    writer.array { writer in
      for loss in losses {
        writer.object { writer in
          writer.member("path", loss.path)
          writer.member("reason", loss.reason)
        }
      }
    }
    return String(decoding: writer.finish(), as: UTF8.self)
  }

  /// JSON of the attempts; nothing for the one attempt of most exchanges, of which the other columns tell all.
  private static func attempts(of record: ExchangeRecord) throws -> String? {
    if record.attempts == plainAttempt(of: record).map({ [$0] }) ?? [] { return nil }
    return try jsonText(record.attempts)
  }

  /// The attempt of an exchange that had one and was answered.
  private static func plainAttempt(of record: ExchangeRecord) -> ExchangeRecord.Attempt? {
    guard record.errorKind == nil, let provider = record.provider, let model = record.modelSent,
      let dialect = record.upstreamDialect
    else { return nil }
    return ExchangeRecord.Attempt(
      provider: provider, account: record.account, model: model, dialect: dialect, status: record.status, error: nil,
      duration: record.duration)
  }

  /// Words of a newer aor (a path, a protocol) and JSON that does not decode are left out: a log must stay readable.
  static func read(_ row: Row) throws -> LoggedExchange {
    let what = "an exchange"
    func text(_ column: String) throws -> String? { try row.optional(column, of: what) }
    func number(_ column: String) throws -> Int? { try row.optional(column, of: what) }
    var record = ExchangeRecord(
      id: try row.required("id", of: what), startedAt: try row.required("started_at", of: what),
      method: try row.required("method", of: what), path: try row.required("url_path", of: what))
    record.group = try text("group_name")
    record.route = try text("route")
    record.exchangePath = try text("exchange_path").flatMap(ExchangePath.init(rawValue:))
    record.provider = try text("provider")
    record.account = try text("account")
    record.modelAsked = try text("model_asked")
    record.modelSent = try text("model_sent")
    record.clientDialect = try text("client_protocol").flatMap(DialectID.init(rawValue:))
    record.upstreamDialect = try text("upstream_protocol").flatMap(DialectID.init(rawValue:))
    record.isStream = try row.required("is_stream", of: what)
    record.status = try row.required("status", of: what)
    record.firstByteAfter = try row.optional("first_byte_after", of: what)
    record.duration = try row.required("duration", of: what)
    record.inputTokens = try number("input_tokens")
    record.outputTokens = try number("output_tokens")
    record.cacheReadTokens = try number("cache_read_tokens")
    record.cacheWriteTokens = try number("cache_write_tokens")
    record.reasoningTokens = try number("reasoning_tokens")
    record.requestBytes = try row.required("request_bytes", of: what)
    record.responseBytes = try row.required("response_bytes", of: what)
    record.losses = decode([ExchangeRecord.RecordedLoss].self, try text("losses")) ?? []
    record.errorKind = try text("error_kind")
    record.errorMessage = try text("error_message")
    record.stopReason = try text("stop_reason")
    record.session = try text("session")
    record.userAgent = try text("user_agent")
    record.attempts =
      decode([ExchangeRecord.Attempt].self, try text("attempts")) ?? plainAttempt(of: record).map { [$0] } ?? []
    return LoggedExchange(row: try row.required("row", of: what), record: record)
  }

  private static func decode<Value: Decodable>(_ type: Value.Type, _ text: String?) -> Value? {
    text.flatMap { try? JSONDecoder().decode(type, from: Data($0.utf8)) }
  }
}
