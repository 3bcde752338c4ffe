/// Whose seals are whose: the word a gateway writes into every seal it makes.
///
/// A gateway may stand behind another one. Each opens the seals that bear its own mark and takes all others for what a
/// provider made, so that they come back to whoever can open them.
public struct SealMark: Sendable, Hashable {
  /// Eight characters of `[A-Za-z0-9]`; empty for the mark of those who seal for nobody else.
  public let text: String

  /// Marks nothing: every seal counts as one's own.
  public static let none = SealMark(text: "")

  /// Makes the mark of a word; nil unless it is eight ASCII letters and digits.
  public init?(_ text: String) {
    guard text.utf8.count == 8, text.utf8.allSatisfy(\.isASCIILetterOrDigit) else { return nil }
    self.init(text: text)
  }

  private init(text: String) { self.text = text }
}
