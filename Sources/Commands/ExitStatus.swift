/// What a process of ours ends with.
public enum ExitStatus: Int32, Sendable, CaseIterable {
  case ok = 0
  case failed = 1
  case usage = 2
  case needsCredential = 4
  case bug = 70
  case interrupted = 130

  /// When it is used, for `aor help exit-codes`.
  public var summary: String {
    switch self {
    case .ok: "The command did what it was asked to; an empty list is a success"
    case .failed: "The command failed; the reason is on standard error"
    case .usage: "The command line was wrong, or a question could not be asked because there is no terminal"
    case .needsCredential: "A token or key is missing, or cannot be decrypted"
    case .bug: "aor itself is wrong; please report what it printed"
    case .interrupted: "Ended by Ctrl-C (as shells report it)"
    }
  }
}
