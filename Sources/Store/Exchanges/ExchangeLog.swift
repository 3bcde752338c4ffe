import Foundation
import GRDB
import Routing

/// The exchanges in `logs.db`.
public final class ExchangeLog: Sendable {
  let file: SQLiteFile

  /// Opens `logs.db`, creating it when it is missing.
  init(path: String, busyTimeout: Double) throws {
    file = try SQLiteFile(path: path, schema: .logs, durability: .normal, busyTimeout: busyTimeout)
  }

  /// Writes records in one transaction.
  public func insert(_ records: [ExchangeRecord]) throws {
    try file.writeUnchecked { db in
      for record in records { try ExchangeColumns.insert(record, db) }
    }
  }

  /// Exchanges that fit: the newest first, or, with `afterRow`, the oldest first from there.
  public func list(_ filter: ExchangeFilter = ExchangeFilter()) throws -> [LoggedExchange] {
    let clause = filter.clause
    let order = filter.afterRow == nil ? "DESC" : "ASC"
    let limit = filter.limit.map { "LIMIT \(max(0, $0))" } ?? ""
    return try file.read { db in
      try Row.fetchAll(
        db, sql: "SELECT * FROM exchanges \(clause.sql) ORDER BY row \(order) \(limit)", arguments: clause.arguments
      ).map { row in try ExchangeColumns.read(row) }
    }
  }

  /// The exchange of that id or unique id prefix, with its capture.
  ///
  /// Throws `StoreError.notFound` or `StoreError.ambiguous`. Of several rows with one id, the newest is taken.
  public func show(_ idOrPrefix: String) throws -> LoggedExchange {
    try file.read { db in
      guard !idOrPrefix.isEmpty else { throw StoreError.notFound(.exchange, name: idOrPrefix, near: []) }
      let exact = try Row.fetchOne(
        db, sql: "SELECT * FROM exchanges WHERE id = ? ORDER BY row DESC LIMIT 1", arguments: [idOrPrefix])
      if let exact { return try withCapture(exact, db) }
      // A range, unlike LIKE, uses the index and knows no wildcards.
      let ids = try String.fetchAll(
        db, sql: "SELECT DISTINCT id FROM exchanges WHERE id >= ? AND id < ? ORDER BY id LIMIT 6",
        arguments: [idOrPrefix, idOrPrefix + "\u{10FFFF}"])
      guard let id = ids.first else { throw StoreError.notFound(.exchange, name: idOrPrefix, near: []) }
      guard ids.count == 1 else { throw StoreError.ambiguous(prefix: idOrPrefix, matches: ids) }
      let row = try Row.fetchOne(
        db, sql: "SELECT * FROM exchanges WHERE id = ? ORDER BY row DESC LIMIT 1", arguments: [id])
      guard let row else { throw StoreError.notFound(.exchange, name: idOrPrefix, near: []) }
      return try withCapture(row, db)
    }
  }

  /// Totals over the exchanges that fit; `limit` does not count.
  public func counts(_ filter: ExchangeFilter = ExchangeFilter()) throws -> ExchangeCounts {
    let clause = filter.clause
    return try file.read { db in
      let row = try Row.fetchOne(
        db,
        sql: """
          SELECT count(*) AS exchanges, ifnull(sum(\(ExchangeFilter.isError)), 0) AS errors,
            ifnull(sum(input_tokens), 0) AS input, ifnull(sum(output_tokens), 0) AS output,
            min(started_at) AS oldest, max(started_at) AS newest
          FROM exchanges \(clause.sql)
          """, arguments: clause.arguments)
      guard let row else { return ExchangeCounts() }
      let what = "the totals"
      var counts = ExchangeCounts()
      counts.exchanges = try row.required("exchanges", of: what)
      counts.errors = try row.required("errors", of: what)
      counts.inputTokens = try row.required("input", of: what)
      counts.outputTokens = try row.required("output", of: what)
      counts.oldest = try row.optional("oldest", of: what)
      counts.newest = try row.optional("newest", of: what)
      return counts
    }
  }

  /// The newest row, from which `aor logs -f` starts; 0 when there is none.
  public func lastRow() throws -> Int64 {
    try file.read { db in try Int64.fetchOne(db, sql: "SELECT max(row) FROM exchanges") ?? 0 }
  }

  /// Bytes in use in the file; pages that were freed do not count.
  public func size() throws -> Int {
    try file.read(Self.size)
  }

  private func withCapture(_ row: Row, _ db: Database) throws -> LoggedExchange {
    var exchange = try ExchangeColumns.read(row)
    let text = try String.fetchOne(db, sql: "SELECT content FROM captures WHERE row = ?", arguments: [exchange.row])
    exchange.record.capture = text.flatMap {
      try? JSONDecoder().decode(ExchangeRecord.Capture.self, from: Data($0.utf8))
    }
    return exchange
  }

  static func size(_ db: Database) throws -> Int {
    func number(_ pragma: String) throws -> Int { try Int.fetchOne(db, sql: "PRAGMA \(pragma)") ?? 0 }
    return (try number("page_count") - number("freelist_count")) * (try number("page_size"))
  }
}

/// A stored exchange.
///
/// `record.capture` is only read by `ExchangeLog.show`.
public struct LoggedExchange: Sendable {
  /// Grows with every exchange; never used twice.
  public var row: Int64
  /// The exchange as it was recorded.
  public var record: ExchangeRecord

  /// Puts a row together.
  public init(row: Int64, record: ExchangeRecord) {
    self.row = row
    self.record = record
  }
}

/// Totals over exchanges.
public struct ExchangeCounts: Sendable, Hashable {
  /// All of them.
  public var exchanges = 0
  /// Those with an error or a status of 400 or more.
  public var errors = 0
  /// Where usage is known.
  public var inputTokens = 0
  /// Where usage is known.
  public var outputTokens = 0
  /// Milliseconds since 1970.
  public var oldest: Int64?
  /// Milliseconds since 1970.
  public var newest: Int64?

  /// No exchange at all.
  public init() {}
}
