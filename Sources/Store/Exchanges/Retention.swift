import GRDB

/// How long and how much is kept.
public struct Retention: Sendable, Hashable {
  /// Days; 0 keeps regardless of age.
  public var days: Int
  /// Bytes of `logs.db`; 0 keeps regardless of size.
  public var maxBytes: Int

  /// Thirty days and 256 MiB, unless told otherwise.
  public init(days: Int = 30, maxBytes: Int = 256 * 1024 * 1024) {
    self.days = days
    self.maxBytes = maxBytes
  }
}

extension ExchangeLog {
  /// Rows deleted in one transaction: writers wait no longer than that takes.
  private static let step = 1000

  /// Deletes what started before; returns how many.
  @discardableResult
  public func delete(before milliseconds: Int64) throws -> Int {
    var deleted = 0
    while true {
      let count = try file.writeUnchecked { db in
        try db.execute(
          sql: """
            DELETE FROM exchanges WHERE row IN
              (SELECT row FROM exchanges WHERE started_at < ? ORDER BY started_at LIMIT \(Self.step))
            """, arguments: [milliseconds])
        return db.changesCount
      }
      deleted += count
      if count < Self.step { return deleted }
    }
  }

  /// Applies the retention, the oldest first, and gives the room back to the file system.
  ///
  /// - Parameters:
  ///   - retention: What may stay.
  ///   - now: Milliseconds since 1970.
  /// - Returns: How many exchanges were deleted.
  /// - Throws: `StoreError`.
  @discardableResult
  public func prune(_ retention: Retention, now: Int64) throws -> Int {
    var deleted = 0
    if retention.days > 0 {
      deleted += try delete(before: now - Int64(retention.days) * 86_400_000)
    }
    if retention.maxBytes > 0 { deleted += try shrink(to: retention.maxBytes) }
    if deleted > 0 {
      try file.outsideTransaction { db in
        try db.execute(sql: "PRAGMA incremental_vacuum")
        // A reader may be in the way; the next time will do.
        _ = try? Row.fetchOne(db, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
      }
    }
    return deleted
  }

  /// Deletes the oldest until the file needs no more than `maxBytes`, and then a tenth more, not to start again at once.
  private func shrink(to maxBytes: Int) throws -> Int {
    if try size() <= maxBytes { return 0 }
    let goal = maxBytes - maxBytes / 10
    var deleted = 0
    while true {
      let count = try file.writeUnchecked { db -> Int in
        let size = try Self.size(db)
        if size <= goal { return 0 }
        let rows = try Int.fetchOne(db, sql: "SELECT count(*) FROM exchanges") ?? 0
        // In proportion, as if rows were equally large; what that misses is seen in the next round.
        let share = Int(Double(rows) * Double(size - goal) / Double(size) / 2)
        try db.execute(
          sql: "DELETE FROM exchanges WHERE row IN (SELECT row FROM exchanges ORDER BY row LIMIT ?)",
          arguments: [min(max(share, 1), Self.step)])
        return db.changesCount
      }
      if count == 0 { return deleted }
      deleted += count
    }
  }
}
