/// What the store could not do, with the data a hint needs.
public enum StoreError: Error, Sendable, Hashable {
  /// No such thing; `near` holds the most similar existing names, best first.
  case notFound(StoreNoun, name: String, near: [String])
  /// The name is taken. `name` is spelled as it is stored.
  case alreadyExists(StoreNoun, name: String)
  /// A value the store refuses: `what` names it (`provider name`, `server.port`), `reason` completes "… must …".
  case invalid(what: String, value: String, reason: String)
  /// Routes point at the provider; removing it needs force.
  case providerInUse(String, routes: [RouteUse])
  /// The default group cannot be removed; another must be made the default first.
  case defaultGroup(String)
  /// Secrets exist, but the key file does not. `affected` names what cannot be decrypted.
  case secretKeyMissing(path: String, affected: [String])
  /// The key file is not the one the secrets were encrypted with.
  case secretKeyWrong(path: String, affected: [String])
  /// The key file may be read by others. `mode` is its permission bits.
  case secretKeyExposed(path: String, mode: UInt32)
  /// The key file is there but cannot be used or created.
  case secretKeyUnusable(path: String, reason: String)
  /// One secret does not decrypt although the key is right: its row was changed.
  case secretDamaged(String)
  /// The file is not a database or is malformed. It was not touched.
  case damaged(path: String, detail: String)
  /// The database was written by a newer aor.
  case newerSchema(path: String, found: Int, known: Int)
  /// Missing permission, or a read-only file system.
  case notWritable(path: String, detail: String)
  case diskFull(path: String)
  /// Another process kept the database locked for longer than the busy time-out.
  case busy(path: String)
  /// Any other failure of SQLite or of the file system.
  case failed(path: String, detail: String)
  /// A row holds a value this version does not understand.
  case unreadableRow(String, detail: String)
  /// The prefix of an exchange id fits several; `matches` holds the first few.
  case ambiguous(prefix: String, matches: [String])
}

/// What a `StoreError` is about.
public enum StoreNoun: String, Sendable, Hashable {
  case provider, account, group, route, setting, exchange
}

/// A place where a route names a provider.
public struct RouteUse: Sendable, Hashable {
  /// The group's name.
  public var group: String
  /// The route's pattern.
  public var pattern: String

  /// Names a route by its group and pattern.
  public init(group: String, pattern: String) {
    self.group = group
    self.pattern = pattern
  }
}
