import Foundation

/// Files and directories that only their owner may read.
enum PrivateFile {
  /// Creates a directory and its missing parents, those with mode 0700.
  ///
  /// An existing one keeps its mode.
  static func createDirectory(_ path: String) throws {
    var status = stat()
    if stat(path, &status) == 0 {
      guard status.st_mode & S_IFMT == S_IFDIR else {
        throw StoreError.failed(path: path, detail: "is not a directory")
      }
      return
    }
    let parent = (path as NSString).deletingLastPathComponent
    if !parent.isEmpty, parent != path { try createDirectory(parent) }
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failure(path) }
  }

  /// Makes sure that the database file is there with mode 0600; SQLite gives `-wal` and `-shm` the mode of the file.
  ///
  /// Never opens an existing file: closing a descriptor would drop the locks SQLite holds on it in this process.
  static func create(_ path: String) throws {
    var status = stat()
    if stat(path, &status) == 0 {
      guard status.st_mode & S_IFMT == S_IFREG else { throw StoreError.failed(path: path, detail: "is not a file") }
      if status.st_size == 0 { try refuseEmptied(path) }
      // SQLite takes a single byte for an empty file and writes over it.
      if status.st_size == 1 { throw StoreError.damaged(path: path, detail: "the file holds one byte") }
      if status.st_mode & 0o077 != 0 { chmod(path, 0o600) }
      return
    }
    guard errno == ENOENT else { throw failure(path) }
    if try !create(path, content: []), access(path, F_OK) != 0 {
      // SQLite would follow the link and create its target with the mode of the umask.
      throw StoreError.failed(path: path, detail: "is a link to a file that does not exist")
    }
  }

  /// Creates a file with its whole content at once, or not at all; false when the name is taken.
  ///
  /// The content is on disk when this returns.
  static func create(_ path: String, content: [UInt8]) throws -> Bool {
    let draft = "\(path).\(getpid())-\(UInt32.random(in: 0 ... .max)).new"
    let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw failure(path) }
    defer { unlink(draft) }
    let isWritten =
      content.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) } == content.count && fsync(descriptor) == 0
    let writeError = errno
    close(descriptor)
    guard isWritten else { throw failure(path, writeError) }
    // A link, unlike a rename, never replaces what another process put there in the meantime.
    if link(draft, path) != 0 {
      if errno == EEXIST { return false }
      guard errno == EPERM || errno == ENOTSUP || errno == ENOSYS else { throw failure(path) }
      // The file system has no hard links: the check and the rename are two steps here.
      if access(path, F_OK) == 0 { return false }
      guard rename(draft, path) == 0 else { throw failure(path) }
    }
    let directory = open((path as NSString).deletingLastPathComponent, O_RDONLY | O_CLOEXEC)
    if directory >= 0 {
      fsync(directory)
      close(directory)
    }
    return true
  }

  /// An empty file beside the traces of a full one is not a new database: SQLite would drop its `-wal` and start afresh.
  private static func refuseEmptied(_ path: String) throws {
    var status = stat()
    let isJournalled = stat(path + "-wal", &status) == 0 && status.st_size > 0
    let key = ((path as NSString).deletingLastPathComponent as NSString).appendingPathComponent("secret.key")
    if isJournalled || (path.hasSuffix("/aor.db") && access(key, F_OK) == 0) {
      throw StoreError.damaged(path: path, detail: "the file is empty")
    }
  }

  static func failure(_ path: String, _ code: Int32 = errno) -> StoreError {
    let detail = String(cString: strerror(code)).lowercased()
    return switch code {
    case EACCES, EPERM, EROFS: .notWritable(path: path, detail: detail)
    case ENOSPC, EDQUOT: .diskFull(path: path)
    default: .failed(path: path, detail: detail)
    }
  }
}

/// Tells a file from another one that took its name.
struct FileIdentity: Equatable {
  var device: UInt64
  var inode: UInt64

  init?(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    device = UInt64(truncatingIfNeeded: status.st_dev)
    inode = UInt64(truncatingIfNeeded: status.st_ino)
  }
}
