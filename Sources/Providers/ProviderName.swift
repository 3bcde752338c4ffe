extension Provider {
  /// Whether a text can be a provider's name: 1 to 64 letters, digits, `.`, `_` and `-`.
  public static func isValid(name: String) -> Bool {
    (1...64).contains(name.utf8.count)
      && name.utf8.allSatisfy { byte in
        switch byte {
        case 48...57, 65...90, 97...122, 45, 46, 95: true
        default: false
        }
      }
  }
}
