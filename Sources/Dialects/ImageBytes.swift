/// What an image's own bytes tell.
///
/// Vendors refuse an image whose declared type is another's, and clients guess types from file names.
enum ImageBytes {
  private static let starts: [(base64: String, type: String)] = [
    ("iVBORw0KGgo", "image/png"), ("/9j/", "image/jpeg"), ("R0lGOD", "image/gif"), ("UklGR", "image/webp"),
  ]

  /// The media type that base64 of an image begins like; nil where it begins like none that is known here.
  static func type(ofBase64 base64: String) -> String? {
    starts.first { base64.hasPrefix($0.base64) }?.type
  }
}
