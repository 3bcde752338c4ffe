import GRDB
import GRDBSQLite

/// Binds the arguments of a prepared statement one after the other.
///
/// For the one statement that runs with every exchange: an array of boxed arguments costs ten times what SQLite takes to
/// bind them.
struct StatementBinder {
  private let statement: OpaquePointer
  private var position: CInt = 0

  /// Takes back what was bound before.
  init(_ statement: Statement) {
    statement.setUncheckedArguments(StatementArguments())
    self.statement = statement.sqliteStatement
  }

  mutating func bind(_ text: String?) throws {
    guard var text else { return skip() }
    position += 1
    try check(
      text.withUTF8 { bytes in
        bytes.withMemoryRebound(to: CChar.self) {
          sqlite3_bind_text(statement, position, $0.baseAddress, CInt(clamping: $0.count), Self.copied)
        }
      })
  }

  mutating func bind(_ number: (some BinaryInteger)?) throws {
    guard let number else { return skip() }
    position += 1
    try check(sqlite3_bind_int64(statement, position, Int64(clamping: number)))
  }

  /// What is not bound is NULL.
  private mutating func skip() { position += 1 }

  private func check(_ code: CInt) throws {
    guard code == SQLITE_OK else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
  }

  /// `SQLITE_TRANSIENT`, which C writes as a cast: SQLite keeps a copy.
  private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
}
