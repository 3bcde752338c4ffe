import Foundation

extension StoreError: CustomStringConvertible, LocalizedError {
  /// The error as a lower-case sentence; never holds a secret.
  public var description: String {
    switch self {
    case .notFound(let noun, let name, _): "there is no \(noun.rawValue) named `\(name)`"
    case .alreadyExists(let noun, let name): "a \(noun.rawValue) named `\(name)` already exists"
    case .invalid(let what, let value, let reason):
      value.isEmpty ? "the \(what) must \(reason)" : "the \(what) `\(value)` must \(reason)"
    case .providerInUse(let name, let routes):
      "provider `\(name)` is used by \(routes.map { "`\($0.pattern)` of group `\($0.group)`" }.joined(separator: ", "))"
    case .defaultGroup(let name): "group `\(name)` is the default one and cannot be removed"
    case .secretKeyMissing(let path, let affected):
      "the key file \(path) is missing; without it these cannot be decrypted: \(affected.joined(separator: ", "))"
    case .secretKeyWrong(let path, let affected):
      "the key file \(path) is not the one these were encrypted with: \(affected.joined(separator: ", "))"
    case .secretKeyExposed(let path, let mode):
      "the key file \(path) can be read by others (mode \(String(mode, radix: 8)))"
    case .secretKeyUnusable(let path, let reason): "the key file \(path) cannot be used: it \(reason)"
    case .secretDamaged(let what): "the secret of \(what) is damaged and cannot be decrypted"
    case .damaged(let path, let detail): "the database \(path) is damaged: \(detail)"
    case .newerSchema(let path, let found, let known):
      "the database \(path) was written by a newer aor (schema \(found), this one knows \(known))"
    case .notWritable(let path, let detail): "no permission to write \(path): \(detail)"
    case .diskFull(let path): "no space left to write \(path)"
    case .busy(let path): "the database \(path) is locked by another process"
    case .failed(let path, let detail): "cannot use \(path): \(detail)"
    case .unreadableRow(let what, let detail): "\(what) cannot be read: \(detail)"
    case .ambiguous(let prefix, let matches):
      "`\(prefix)` fits several exchanges: \(matches.joined(separator: ", "))"
    }
  }

  /// The same as `description`, for code that only knows `any Error`.
  public var errorDescription: String? { description }

  /// What to do about it: a clause that follows "hint: ", or nil when there is nothing better than the error itself.
  public var hint: String? {
    switch self {
    case .notFound(.exchange, _, _): "run `aor logs` to see what is recorded"
    case .notFound(.setting, _, let near): Self.meant(near) ?? "run `aor config list`"
    case .notFound(.account, _, let near): Self.meant(near) ?? "run `aor account list`"
    case .notFound(let noun, _, let near): Self.meant(near) ?? "run `aor \(noun.rawValue) list`"
    case .providerInUse: "pass `--force` to remove it from these routes too"
    case .defaultGroup: "make another group the default one first: `aor group default NAME`"
    case .secretKeyMissing(let path, _):
      "put the key file back at \(path), or set AOR_SECRET_KEY_FILE to where it is; if it is lost, remove what it "
        + "encrypted and add it again"
    case .secretKeyWrong:
      "put the former key file back, or set AOR_SECRET_KEY_FILE to where it is; if it is lost, remove what it encrypted "
        + "and add it again"
    case .secretKeyExposed(let path, _): "run `chmod 600 '\(path)'`"
    case .secretDamaged: "set it again"
    case .damaged(let path, _):
      "the file was left as it is; restore a copy, or move \(path) away to start afresh"
    case .newerSchema: "install the newest aor"
    case .busy: "another aor is writing; try again"
    default: nil
    }
  }

  /// The system's own words, for errors that wrap this one.
  var cause: String {
    switch self {
    case .notWritable(_, let detail), .failed(_, let detail), .damaged(_, let detail): detail
    default: description
    }
  }

  private static func meant(_ near: [String]) -> String? {
    near.isEmpty ? nil : "did you mean \(near.map { "`\($0)`" }.joined(separator: " or "))?"
  }
}
