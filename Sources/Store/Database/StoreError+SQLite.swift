import Foundation
import GRDB

extension StoreError {
  /// The failure in words that do not depend on the statement: SQL and its arguments never get into a message.
  init(_ error: DatabaseError, path: String) {
    let detail = error.message ?? "SQLite error \(error.extendedResultCode.rawValue)"
    switch error.resultCode {
    case .SQLITE_NOTADB, .SQLITE_CORRUPT, .SQLITE_FORMAT:
      self = .damaged(path: path, detail: detail)
    case .SQLITE_FULL:
      self = .diskFull(path: path)
    case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_PROTOCOL:
      self = .busy(path: path)
    case .SQLITE_READONLY, .SQLITE_PERM:
      self = .notWritable(path: path, detail: detail)
    case .SQLITE_CANTOPEN:
      let directory = (path as NSString).deletingLastPathComponent
      let isReachable = access(directory, W_OK | X_OK) == 0 && access(path, R_OK | W_OK) == 0
      self = isReachable ? .failed(path: path, detail: detail) : .notWritable(path: path, detail: detail)
    case .SQLITE_IOERR where Self.isDiskFull(path):
      // The shared memory of WAL is extended by means that report a full disk as an input/output error.
      self = .diskFull(path: path)
    default:
      self = .failed(path: path, detail: detail)
    }
  }

  private static func isDiskFull(_ path: String) -> Bool {
    var status = statvfs()
    guard statvfs((path as NSString).deletingLastPathComponent, &status) == 0 else { return false }
    return UInt64(status.f_bavail) * UInt64(status.f_frsize) < 64 * 1024
  }
}
