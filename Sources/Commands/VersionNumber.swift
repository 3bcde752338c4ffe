/// The version of this build.
public enum VersionNumber {
  /// As printed by `aor version` and sent upstream in `User-Agent`.
  public static let current = "0.1.0"
}
