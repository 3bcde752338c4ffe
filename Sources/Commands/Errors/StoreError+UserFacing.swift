import Store

extension StoreError {
  /// What the user is told, and what to do about it.
  var userFacing: UserFacingError {
    switch self {
    case .notFound(let noun, let name, let near):
      UserFacingError(
        "there is no \(noun.rawValue) `\(name)`",
        hints: near.isEmpty ? [.run(noun.listCommand)] : [.didYouMean(near)])
    case .alreadyExists(let noun, let name):
      UserFacingError(
        "there is already a \(noun.rawValue) `\(name)`", hints: noun.changeCommand(name).map { [.run($0)] } ?? [])
    case .invalid(let what, let value, let reason):
      .usage("\(what) must \(reason)" + (value.isEmpty ? "" : ": \(Masking.url(value))"))
    case .providerInUse(let name, let routes):
      UserFacingError(
        "routes point at `\(name)`: " + routes.map { "`\($0.pattern)` of `\($0.group)`" }.joined(separator: ", "),
        hints: [.run("aor provider remove \(name) --force")])
    case .defaultGroup(let name):
      UserFacingError(
        "`\(name)` is the default group and cannot be removed", hints: [.run("aor group default <other>")])
    case .ambiguous(let prefix, let matches):
      UserFacingError("several exchanges start with `\(prefix)`", hints: [.didYouMean(matches)])
    case .secretKeyMissing, .secretKeyWrong, .secretKeyExposed, .secretKeyUnusable, .secretDamaged: secretError
    case .damaged, .newerSchema, .notWritable, .diskFull, .busy, .failed, .unreadableRow: fileError
    }
  }

  private var secretError: UserFacingError {
    switch self {
    case .secretKeyMissing(let path, let affected):
      UserFacingError(
        "the key that tokens are encrypted with is missing: \(path)",
        causes: affected.map { "cannot be decrypted: \($0)" },
        hints: [.text("put the key file back, or set `AOR_SECRET_KEY_FILE`, or remove those and add them again")],
        status: .needsCredential)
    case .secretKeyWrong(let path, let affected):
      UserFacingError(
        "the key file is not the one the tokens were encrypted with: \(path)",
        causes: affected.map { "cannot be decrypted: \($0)" },
        hints: [.text("put the right key file back, or remove those and add them again")], status: .needsCredential)
    case .secretKeyExposed(let path, let mode):
      UserFacingError(
        "others may read the key file: \(path)", causes: ["its mode is 0\(String(mode & 0o777, radix: 8))"],
        hints: [.run("chmod 600 \(path)")])
    case .secretKeyUnusable(let path, let reason):
      UserFacingError("the key file cannot be used: \(path)", causes: [reason])
    case .secretDamaged(let what):
      UserFacingError(
        "the stored secret is damaged: \(what)", hints: [.text("remove it and add it again")], status: .needsCredential)
    default: UserFacingError("\(self)", status: .bug)
    }
  }

  private var fileError: UserFacingError {
    switch self {
    case .damaged(let path, let detail):
      UserFacingError(
        "the database is damaged; it was left as it is: \(path)", causes: [detail],
        hints: [.text("keep a copy of the file, then restore a backup of it or move it away")])
    case .newerSchema(let path, let found, let known):
      UserFacingError(
        "the database was written by a newer aor: \(path)", causes: ["its schema is \(found), this aor knows \(known)"],
        hints: [.text("use the newer aor; this one is \(VersionNumber.current)")])
    case .notWritable(let path, let detail):
      UserFacingError("the database cannot be written: \(path)", causes: [detail])
    case .diskFull(let path): UserFacingError("the disk is full: \(path)")
    case .busy(let path):
      UserFacingError("another process keeps the database locked: \(path)", hints: [.run("aor status")])
    case .failed(let path, let detail): UserFacingError("the database failed: \(path)", causes: [detail])
    case .unreadableRow(let what, let detail):
      UserFacingError("a stored value is not understood: \(what)", causes: [detail])
    default: UserFacingError("\(self)", status: .bug)
    }
  }
}

extension StoreNoun {
  fileprivate var listCommand: String {
    switch self {
    case .provider: "aor provider list"
    case .account: "aor account list"
    case .group: "aor group list"
    case .route: "aor route list"
    case .setting: "aor config list"
    case .exchange: "aor logs list"
    }
  }

  fileprivate func changeCommand(_ name: String) -> String? {
    switch self {
    case .provider: "aor provider edit \(name) --help"
    case .account: "aor account list"
    case .group: "aor group show \(name)"
    case .route, .setting, .exchange: nil
    }
  }
}
