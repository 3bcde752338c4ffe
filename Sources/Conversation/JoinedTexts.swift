extension [String] {
  /// The texts with `separator` between them; the only one is not copied, and most lists hold one.
  public func joinedTexts(by separator: String) -> String {
    count == 1 ? self[0] : joined(separator: separator)
  }
}
