import Wire

/// Carries the summary of a compacted conversation in the `encrypted_content` of a Responses `compaction` item, for
/// upstreams that compact nothing themselves.
///
/// Encoded, not encrypted: whoever holds the item can read the summary. A seal begins with `prefix`, which begins as a
/// `ReasoningSeal` does, so that the one byte scan of a body finds both; base64 of the summary follows.
public enum CompactionSeal {
  /// What every seal of every version begins with.
  static let marker: StaticString = "AORSEALCMP"

  /// What every seal of this version begins with.
  public static let prefix: StaticString = "AORSEALCMP01"

  /// Seals a summary.
  public static func seal(_ summary: String) -> String {
    prefix.description + Base64.encode(Array(summary.utf8))
  }

  /// Whether a slot's text is a seal, of this or a later version.
  public static func isSeal(_ text: String) -> Bool { text.utf8.starts(with: marker.description.utf8) }

  /// The summary inside a seal; nil if `text` is none, or is damaged or of a version this one does not know.
  public static func open(_ text: String) -> String? {
    guard text.utf8.starts(with: prefix.description.utf8),
      let bytes = Base64.decode(text.utf8.dropFirst(prefix.utf8CodeUnitCount))
    else { return nil }
    return String(validating: bytes, as: UTF8.self)
  }
}
