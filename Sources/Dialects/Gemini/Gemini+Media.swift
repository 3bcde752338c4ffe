import Conversation
import Wire

extension Gemini {
  /// Writes bytes as `inlineData`, addresses as `fileData`, text documents as text.
  ///
  /// What Gemini cannot fetch becomes a marker and a declared loss.
  static func writeMedia(
    _ media: Media, of part: Part, options: GeminiPartOptions, path: String, to writer: inout JSONWriter,
    losses: inout Losses, _ sign: (inout JSONWriter) -> Void
  ) {
    let own = part.extensions.own(.gemini)
    var isImage = false
    if case .image = part.content { isImage = true }
    if isImage, !options.imageInput {
      losses.add(path, "the provider takes no images; a marker stands in its place")
      return writeMarker("[image omitted]", to: &writer, sign)
    }
    if let detail = media.detail, detail != "auto" { losses.add("\(path).detail", "Gemini has no equivalent") }
    switch media.source {
    case .base64(let data):
      if own == nil, media.filename != nil { losses.add(path, namelessFile) }
      writer.object(restoring: own) { writer in
        let inner = own?.nested("inlineData")
        writer.key(.inlineData, like: own?.source)
        writer.object(restoring: inner) { writer in
          if let type = own == nil ? mediaType(of: media, isImage: isImage) : media.mediaType {
            writer.key(.mimeType, like: inner?.source)
            writer.string(type)
          }
          writer.member("data", originalData(inner, data) ?? data)
          if let name = media.filename, inner != nil {
            writer.key(.displayName, like: inner?.source)
            writer.string(name)
          }
        }
        sign(&writer)
      }
    case .url(let address), .fileID(let address):
      if own == nil, case .fileID = media.source {
        losses.add(path, "a file id of another vendor; a marker stands in its place")
        return writeMarker("[file \(media.filename ?? address) omitted]", to: &writer, sign)
      }
      if own == nil, media.filename != nil { losses.add(path, namelessFile) }
      writer.object(restoring: own) { writer in
        let inner = own?.nested("fileData")
        writer.key(.fileData, like: own?.source)
        writer.object(restoring: inner) { writer in
          if let type = own == nil ? mediaType(of: media, isImage: isImage) : media.mediaType {
            writer.key(.mimeType, like: inner?.source)
            writer.string(type)
          }
          writer.key(.fileURI, like: inner?.source)
          writer.string(address)
          if let name = media.filename, inner != nil {
            writer.key(.displayName, like: inner?.source)
            writer.string(name)
          }
        }
        sign(&writer)
      }
    case .text(let text):
      writer.object { writer in
        writer.member("text", media.titled(text))
        sign(&writer)
      }
    }
  }

  /// `displayName` is Vertex AI's; the Gemini API refuses it.
  private static let namelessFile = "Gemini takes no names of files"

  private static func writeMarker(_ text: String, to writer: inout JSONWriter, _ sign: (inout JSONWriter) -> Void) {
    writer.object { writer in
      writer.member("text", text)
      sign(&writer)
    }
  }

  /// The data as the client spelled it, where it still says the same.
  private static func originalData(_ inner: Extensions?, _ data: String) -> String? {
    guard let original = inner?.source["data"]?.string, standardBase64(original) == data else { return nil }
    return original
  }

  /// Base64 in the standard alphabet with padding; Google also takes and sends the URL alphabet.
  static func standardBase64(_ text: String) -> String {
    let digits = text.utf8
    guard digits.contains(where: { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }) || digits.count % 4 != 0
    else { return text }
    var output: [UInt8] = []
    output.reserveCapacity(digits.count + 3)
    for digit in digits where digit != UInt8(ascii: "=") {
      switch digit {
      case UInt8(ascii: "-"): output.append(UInt8(ascii: "+"))
      case UInt8(ascii: "_"): output.append(UInt8(ascii: "/"))
      default: output.append(digit)
      }
    }
    while output.count % 4 != 0 { output.append(UInt8(ascii: "=")) }
    return String(decoding: output, as: UTF8.self)
  }

  /// The type the bytes themselves tell, else the declared one: Gemini refuses images whose type does not match.
  private static func mediaType(of media: Media, isImage: Bool) -> String? {
    switch media.source {
    case .base64(let data):
      if isImage || media.mediaType == nil {
        if let type = ImageBytes.type(ofBase64: data) { return type }
        if data.hasPrefix("JVBERi0") { return "application/pdf" }
      }
      return media.mediaType ?? media.filename.flatMap(mediaType(ofPath:)) ?? (isImage ? "image/png" : "text/plain")
    case .url(let address):
      return media.mediaType ?? mediaType(ofPath: address) ?? (isImage ? "image/jpeg" : nil)
    case .fileID, .text: return media.mediaType
    }
  }

  /// The media type that a file name's or address' ending stands for.
  static func mediaType(ofPath path: String) -> String? {
    let bare = path.prefix { $0 != "?" && $0 != "#" }
    guard let dot = bare.lastIndex(of: ".") else { return nil }
    return switch bare[bare.index(after: dot)...].lowercased() {
    case "png": "image/png"
    case "jpg", "jpeg": "image/jpeg"
    case "gif": "image/gif"
    case "webp": "image/webp"
    case "heic": "image/heic"
    case "pdf": "application/pdf"
    case "txt", "md": "text/plain"
    case "csv": "text/csv"
    case "html": "text/html"
    case "mp3": "audio/mpeg"
    case "wav": "audio/wav"
    case "mp4": "video/mp4"
    case "mov": "video/quicktime"
    case "webm": "video/webm"
    default: nil
    }
  }
}
