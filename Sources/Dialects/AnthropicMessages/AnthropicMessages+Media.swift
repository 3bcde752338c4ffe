import Conversation
import Wire

/// Images and documents as Anthropic takes them.
///
/// Format: https://platform.claude.com/docs/en/build-with-claude/vision
enum AnthropicMedia {
  private static let imageTypes = ["image/png", "image/jpeg", "image/gif", "image/webp"]

  /// The type of an image, told by its first bytes where they are clear: Anthropic refuses one that is declared wrongly.
  static func imageType(_ base64: String, declared: String?) -> String? {
    if let type = ImageBytes.type(ofBase64: base64) { return type }
    let type = declared?.lowercased()
    return type == "image/jpg" ? "image/jpeg" : type
  }

  static func canWriteImage(_ media: Media) -> Bool {
    switch media.source {
    case .base64(let data): imageType(data, declared: media.mediaType).map(imageTypes.contains) ?? false
    case .url: true
    case .fileID, .text: false
    }
  }

  static func canWriteDocument(_ media: Media) -> Bool {
    switch media.source {
    case .base64(let data): isPDF(media, data) || text(of: media, data) != nil
    case .url, .text: true
    case .fileID: false
    }
  }

  private static func isPDF(_ media: Media, _ data: String) -> Bool {
    media.mediaType == "application/pdf" || data.hasPrefix("JVBERi")
  }

  /// A text document's words: the protocol takes base64 for PDFs only.
  private static func text(of media: Media, _ data: String) -> String? {
    guard let type = media.mediaType?.lowercased() else { return nil }
    let isText =
      type.hasPrefix("text/") || type.hasPrefix("application/json") || type.hasPrefix("application/xml")
      || type.hasPrefix("application/yaml") || type.hasPrefix("application/x-yaml") || type.hasSuffix("+json")
      || type.hasSuffix("+xml") || type == "application/javascript"
    guard isText, let bytes = Base64.decode(data.utf8) else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  static func writeImage(_ media: Media, to writer: inout JSONWriter) {
    writer.object("source") { writer in
      switch media.source {
      case .base64(let data):
        writer.member("type", static: "base64")
        if let type = imageType(data, declared: media.mediaType) { writer.member("media_type", type) }
        writer.member("data", data)
      case .url(let url):
        writer.member("type", static: "url")
        writer.member("url", url)
      case .fileID(let file):
        writer.member("type", static: "file")
        writer.member("file_id", file)
      case .text(let text):
        writer.member("type", static: "text")
        writer.member("data", text)
      }
    }
  }

  static func writeDocument(_ media: Media, to writer: inout JSONWriter) {
    writer.object("source") { writer in
      switch media.source {
      case .base64(let data):
        if !isPDF(media, data), let text = text(of: media, data) { return writePlain(text, to: &writer) }
        writer.member("type", static: "base64")
        writer.member("media_type", static: "application/pdf")
        writer.member("data", data)
      case .url(let url):
        writer.member("type", static: "url")
        writer.member("url", url)
      case .fileID(let file):
        writer.member("type", static: "file")
        writer.member("file_id", file)
      case .text(let text): writePlain(text, to: &writer)
      }
    }
  }

  private static func writePlain(_ text: String, to writer: inout JSONWriter) {
    writer.member("type", static: "text")
    writer.member("media_type", static: "text/plain")
    writer.member("data", text)
  }
}
