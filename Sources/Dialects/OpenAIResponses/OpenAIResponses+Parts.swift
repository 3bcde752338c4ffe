import Conversation
import Wire

// Content parts of message items and of tool outputs.

extension OpenAIResponses {
  /// Reads a part of a message's `content` or of an output list.
  static func readPart(_ json: JSON, path: String) -> Part {
    var reader = ObjectReader(json)
    let content = readContent(&reader, json)
    return Part(content, extensions: Extensions(dialect, path: path, reader))
  }

  private static func readContent(_ reader: inout ObjectReader, _ json: JSON) -> Part.Content {
    let unknown = Part.Content.opaque(OpaquePart(dialect, json))
    guard let type = reader.takeString("type") else { return unknown }
    switch type {
    case "input_text", "output_text", "text":
      guard let text = reader.takeText("text") else { return unknown }
      var content = Text(text)
      if let annotations = reader.peek("annotations"), annotations.isArray {
        reader.discard("annotations")
        content.annotations = annotations.elements.map(readAnnotation)
      }
      if let logprobs = reader.peek("logprobs"), logprobs.isArray {
        reader.discard("logprobs")
        if !logprobs.elements.isEmpty { content.logprobs = logprobs }
      }
      return .text(content)
    case "refusal":
      guard let refusal = reader.takeString("refusal") else { return unknown }
      return .refusal(refusal)
    default:
      return readMedia(&reader, type: type) ?? unknown
    }
  }

  /// Images, files and audio; nil for anything else.
  static func readMedia(_ reader: inout ObjectReader, type: String) -> Part.Content? {
    switch type {
    case "input_image":
      let detail = reader.takeString("detail")
      if let url = reader.takeString("image_url") {
        var media = Media(address: url)
        media.detail = detail
        return .image(media)
      }
      guard let file = reader.takeString("file_id") else { return nil }
      return .image(Media(.fileID(file), detail: detail))
    case "input_file":
      let name = reader.takeString("filename")
      if let data = reader.takeString("file_data") {
        var media = data.hasPrefix("data:") ? Media(address: data) : Media(.base64(data))
        media.filename = name
        return .file(media)
      }
      if let url = reader.takeString("file_url") { return .file(Media(.url(url), filename: name)) }
      guard let file = reader.takeString("file_id") else { return nil }
      return .file(Media(.fileID(file), filename: name))
    case "input_audio":
      guard let audio = reader.peek("input_audio"), let data = audio["data"]?.string else { return nil }
      reader.discard("input_audio")
      return .audio(Media(.base64(data), mediaType: audio["format"]?.string.map { "audio/" + $0 }))
    default: return nil
    }
  }

  static func readAnnotation(_ json: JSON) -> Annotation {
    let source: Annotation.Source
    if let url = json["url"]?.string {
      source = .url(url)
    } else if let file = json["file_id"]?.string {
      source = .file(id: file)
    } else {
      source = .other
    }
    return Annotation(
      source, title: json["title"]?.string ?? json["filename"]?.string, start: json["start_index"]?.int,
      end: json["end_index"]?.int, original: OpaquePart(dialect, json))
  }
}

/// How content is written: who reads it decides which words are legal.
struct ResponsesContentWriter {
  enum Side {
    /// What goes into the model: `input_text`, images, files.
    case input
    /// The model's own words in history: `output_text` and `refusal` only.
    case replayed
    /// The model's own words in an answer: `annotations` and `logprobs` always there.
    case answer
  }

  var side: Side
  var path = ""

  private static let dialect = OpenAIResponses.dialect

  /// Writes one part; false if it cannot be said here, which is declared.
  @discardableResult
  func write(_ part: Part, into writer: inout JSONWriter, losses: inout Losses) -> Bool {
    let own = part.extensions.own(Self.dialect)
    losses.add(part.extensions, writing: Self.dialect)
    let place = part.path ?? path
    switch part.content {
    case .text(let text): write(text, own, into: &writer, losses: &losses, place: place)
    case .refusal(let text):
      if side == .input { return writeText(text, into: &writer) }
      writer.object(restoring: own) {
        $0.member("type", static: "refusal")
        $0.member("refusal", text)
      }
    case .image, .file, .audio, .video: return writeMedia(part, own, into: &writer, losses: &losses, place: place)
    case .opaque(let opaque):
      guard opaque.dialect == Self.dialect else {
        losses.add(place, "`\(opaque.type)` is known to \(opaque.dialect.displayName) only")
        return false
      }
      writer.value(opaque.json)
    case .reasoning, .toolCall, .toolResult:
      losses.add(place, "cannot stand inside a message")
      return false
    }
    return true
  }

  private func writeText(_ text: String, into writer: inout JSONWriter) -> Bool {
    writer.object {
      $0.member("type", static: "input_text")
      $0.member("text", text)
    }
    return true
  }

  private func write(
    _ text: Text, _ own: Extensions?, into writer: inout JSONWriter, losses: inout Losses, place: String
  ) {
    writer.object(restoring: own) { writer in
      if let type = own?.source["type"], !type.isNull {
        writer.member("type", type)
      } else if side == .input {
        writer.member("type", static: "input_text")
      } else {
        writer.member("type", static: "output_text")
      }
      if side == .answer || own != nil || !text.annotations.isEmpty {
        writeExtras(text, own, into: &writer, losses: &losses, place: place)
      }
      writer.member("text", text.words)
    }
  }

  private func writeExtras(
    _ text: Text, _ own: Extensions?, into writer: inout JSONWriter, losses: inout Losses, place: String
  ) {
    let isAnswer = side == .answer && own == nil
    if side != .input || own != nil {
      // In history, citations of other vendors are not the model's input; they only bloat the prompt.
      let kept = isAnswer || own != nil ? text.annotations : []
      if kept.count < text.annotations.count { losses.add(place + ".annotations", "citations are not sent back") }
      if isAnswer || own?.source["annotations"]?.isArray == true || !kept.isEmpty {
        writer.array("annotations") { writer in
          for annotation in kept {
            if !OpenAIResponses.write(annotation, in: text.text, into: &writer) {
              losses.add(place + ".annotations", "a citation of a document has no equivalent")
            }
          }
        }
      }
      if let logprobs = text.logprobs {
        if own != nil {
          writer.member("logprobs", logprobs)
        } else if isAnswer {
          writer.member("logprobs", OpenAIResponses.whole(logprobs))
        }
      } else if isAnswer || own?.source["logprobs"]?.isArray == true {
        writer.array("logprobs") { _ in }
      }
    }
  }

  private func writeMedia(
    _ part: Part, _ own: Extensions?, into writer: inout JSONWriter, losses: inout Losses, place: String
  ) -> Bool {
    if let own, isUnchanged(part.content, own.source) {
      writer.value(own.source)
      return true
    }
    guard side == .input else {
      losses.add(place, "a turn of the model holds only text")
      return false
    }
    // Ids of files are OpenAI's own; other vendors' mean nothing there.
    let knowsID = part.extensions.map { $0.dialect == .openAIChat || $0.dialect == .openAIResponses } ?? true
    switch part.content {
    case .image(let media):
      switch media.source {
      case .base64(let data):
        let type = ImageBytes.type(ofBase64: data) ?? media.mediaType ?? "image/png"
        writeImage("image_url", DataURL.text(data, type: type), media, into: &writer)
      case .url(let url): writeImage("image_url", url, media, into: &writer)
      case .fileID(let file) where knowsID: writeImage("file_id", file, media, into: &writer)
      case .text(let text): return writeText(text, into: &writer)
      case .fileID: return refuse("a file id of another vendor", place, &losses)
      }
    case .file(let media):
      switch media.source {
      case .base64(let data):
        let type = media.mediaType ?? "application/pdf"
        let name = media.filename ?? (type == "application/pdf" ? "document.pdf" : "file")
        writer.object {
          $0.member("type", static: "input_file")
          $0.member("filename", name)
          $0.member("file_data", DataURL.text(data, type: type))
        }
      case .url(let url):
        if media.filename != nil { losses.add(place, "a file by address carries no name") }
        writeFile("file_url", url, into: &writer)
      case .fileID(let file) where knowsID: writeFile("file_id", file, into: &writer)
      case .text(let text): return writeText(media.titled(text), into: &writer)
      case .fileID: return refuse("a file id of another vendor", place, &losses)
      }
    case .audio(let media):
      guard case .base64(let data) = media.source, let format = Self.audioFormat(media.mediaType) else {
        return refuse("only wav and mp3 audio can be sent", place, &losses)
      }
      writer.object { writer in
        writer.member("type", static: "input_audio")
        writer.object("input_audio") {
          $0.member("data", data)
          $0.member("format", static: format)
        }
      }
    default: return refuse("video cannot be sent", place, &losses)
    }
    return true
  }

  private func refuse(_ reason: String, _ place: String, _ losses: inout Losses) -> Bool {
    losses.add(place, reason)
    return false
  }

  private func writeImage(_ key: StaticString, _ value: String, _ media: Media, into writer: inout JSONWriter) {
    writer.object {
      $0.member("type", static: "input_image")
      $0.member(key, value)
      $0.member("detail", media.detail ?? "auto")
    }
  }

  private func writeFile(_ key: StaticString, _ value: String, into writer: inout JSONWriter) {
    writer.object {
      $0.member("type", static: "input_file")
      $0.member(key, value)
    }
  }

  private static func audioFormat(_ mediaType: String?) -> StaticString? {
    switch mediaType {
    case "audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave": "wav"
    case "audio/mp3", "audio/mpeg": "mp3"
    default: nil
    }
  }

  /// Whether nobody edited the medium since it was read.
  private func isUnchanged(_ content: Part.Content, _ source: JSON) -> Bool {
    var reader = ObjectReader(source)
    guard let type = source["type"]?.string, let read = OpenAIResponses.readMedia(&reader, type: type) else {
      return false
    }
    switch (content, read) {
    case (.image(let left), .image(let right)), (.file(let left), .file(let right)),
      (.audio(let left), .audio(let right)):
      return left == right
    default: return false
    }
  }
}

extension OpenAIResponses {
  /// Writes a citation; false if this protocol has no shape for it.
  static func write(_ annotation: Annotation, in text: String, into writer: inout JSONWriter) -> Bool {
    if let original = annotation.original, original.dialect == dialect {
      writer.value(original.json)
      return true
    }
    switch annotation.source {
    case .url(let url):
      writer.object {
        $0.member("type", static: "url_citation")
        $0.member("start_index", annotation.start ?? 0)
        $0.member("end_index", annotation.end ?? text.unicodeScalars.count)
        $0.member("url", url)
        $0.member("title", annotation.title ?? "")
      }
    case .file(let file):
      writer.object {
        $0.member("type", static: "file_citation")
        $0.member("index", annotation.start ?? 0)
        $0.member("file_id", file)
        $0.member("filename", annotation.title ?? "")
      }
    case .document, .other: return false
    }
    return true
  }
}
