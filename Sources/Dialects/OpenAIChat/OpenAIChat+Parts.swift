import Conversation
import Wire

// Content parts, as read from requests and answers.

extension OpenAIChat {
  /// `content` as a string, a list of parts, or nothing.
  static func readContent(_ content: JSON?, path: @autoclosure () -> String) throws(DialectError) -> [Part] {
    var parts: [Part] = []
    try readContent(content, path: path(), into: &parts)
    return parts
  }

  /// As `readContent(_:path:)`, behind what `parts` holds.
  static func readContent(
    _ content: JSON?, path: @autoclosure () -> String, into parts: inout [Part]
  ) throws(DialectError) {
    guard let content else { return }
    if let text = JSONText(content) { return parts.append(.text(text)) }
    let path = path()
    guard content.isArray else { throw DialectError("must be a string or an array of parts", path: path) }
    var position = 0
    for element in content.elements {
      parts.append(readPart(element, path: LossPlace.element(position, of: "", in: path)))
      position += 1
    }
  }

  static func readPart(_ json: JSON, path: String) -> Part {
    if let text = JSONText(json) { return .text(text) }
    var reader = ObjectReader(json)
    let type = reader.takeString("type")
    let content: Part.Content?
    switch type {
    case "text", nil: content = reader.takeText("text").map { .text(Text($0)) }
    case "refusal": content = reader.takeString("refusal").map { .refusal($0) }
    case "image_url": content = readImage(reader.take("image_url")).map { .image($0) }
    case "video_url": content = readImage(reader.take("video_url")).map { .video($0) }
    case "input_audio": content = readAudio(reader.take("input_audio")).map { .audio($0) }
    case "file": content = reader.take("file").flatMap(readFile).map { .file($0) }
    case "thinking":
      reader.discard("thinking")
      content = thinkingText(json).map { .reasoning(Reasoning([Reasoning.Segment(.text, $0)])) }
    default: content = nil
    }
    guard let content else { return Part(.opaque(OpaquePart(.openAIChat, json, path: path))) }
    return Part(content, extensions: Extensions(.openAIChat, path: path, reader))
  }

  private static func readImage(_ json: JSON?) -> Media? {
    guard let json else { return nil }
    guard let url = json.string ?? json["url"]?.string else { return nil }
    var media = Media(address: url)
    media.detail = json["detail"]?.string
    return media
  }

  private static func readAudio(_ json: JSON?) -> Media? {
    guard let json else { return nil }
    if let text = json.string {
      // Mistral's shape: base64 or an address.
      return text.hasPrefix("http") || text.hasPrefix("data:") ? Media(address: text) : Media(.base64(text))
    }
    guard let data = json["data"]?.string else { return nil }
    return Media(.base64(data), mediaType: json["format"]?.string.map { mediaType(audioFormat: $0) })
  }

  private static func readFile(_ json: JSON) -> Media? {
    let name = json["filename"]?.string
    if let id = json["file_id"]?.string { return Media(.fileID(id), filename: name) }
    guard let data = json["file_data"]?.string else { return nil }
    var file = data.hasPrefix("data:") || data.hasPrefix("http") ? Media(address: data) : Media(.base64(data))
    file.filename = name
    return file
  }

  private static func mediaType(audioFormat: String) -> String {
    audioFormat == "mp3" ? "audio/mpeg" : "audio/" + audioFormat
  }

  /// The `format` of `input_audio`; OpenAI knows these two.
  static func audioFormat(_ mediaType: String?) -> String? {
    switch mediaType {
    case "audio/wav", "audio/x-wav", "audio/wave": "wav"
    case "audio/mpeg", "audio/mp3": "mp3"
    default: nil
    }
  }

  /// Annotations in OpenAI's shape.
  static func readAnnotation(_ json: JSON) -> Annotation {
    let original = OpaquePart(.openAIChat, json)
    guard let citation = json["url_citation"], let url = citation["url"]?.string else {
      return Annotation(.other, original: original)
    }
    return Annotation(
      .url(url), title: citation["title"]?.string.flatMap { $0.isEmpty ? nil : $0 },
      citedText: citation["content"]?.string,
      start: citation["start_index"]?.int, end: citation["end_index"]?.int, original: original)
  }

  /// Perplexity's sources of a whole answer, or of a chunk.
  static func takeSources(_ reader: inout ObjectReader) -> [Annotation] {
    var annotations: [Annotation] = []
    for name: StaticString in ["search_results", "citations"] {
      guard let list = reader.peek(name), list.isArray else { continue }
      reader.discard(name)
      guard annotations.isEmpty else { continue }
      for source in list.elements {
        guard let url = source.string ?? source["url"]?.string else { continue }
        annotations.append(Annotation(.url(url), title: source["title"]?.string))
      }
    }
    return annotations
  }

  /// Writes an annotation; false where this protocol has no such kind.
  ///
  /// `offset` is where the part's text begins in the
  /// message's.
  static func write(_ annotation: Annotation, offset: Int, into writer: inout JSONWriter) -> Bool {
    if let original = annotation.original, original.dialect == .openAIChat {
      writer.value(original.json)
      return true
    }
    guard case .url(let url) = annotation.source else { return false }
    writer.object { writer in
      writer.member("type", static: "url_citation")
      writer.object("url_citation") { writer in
        writer.member("start_index", Usage.sum(annotation.start ?? 0, offset))
        writer.member("end_index", Usage.sum(annotation.end ?? annotation.start ?? 0, offset))
        writer.member("title", annotation.title ?? "")
        writer.member("url", url)
      }
    }
    return true
  }
}
