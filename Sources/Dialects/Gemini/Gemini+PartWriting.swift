import Conversation
import Wire

/// How parts are written: for which side, and with what the target takes.
struct GeminiPartOptions {
  /// Whether `functionCall` and `functionResponse` take an `id`.
  var writesIDs = true
  /// Whether media of a result go into `functionResponse.parts`.
  var nestsMedia = true
  /// Whether images may be sent.
  var imageInput = true
  /// Stands in for an id that nobody gave; nil writes none.
  var missingCallID: String?
  /// The part's place in an answer; nil in requests.
  var answerIndex: Int?
}

extension Gemini {
  /// Writes one part; `signature` is what goes into its `thoughtSignature`.
  static func writePart(
    _ part: Part, signature: String?, options: GeminiPartOptions, path: String, to writer: inout JSONWriter,
    losses: inout Losses
  ) {
    let own = part.extensions.own(.gemini)
    let source = own?.source
    losses.add(part, writing: .gemini)
    func sign(_ writer: inout JSONWriter) {
      guard let signature else { return }
      writer.key(.thoughtSignature, like: source)
      writer.string(signature)
    }
    switch part.content {
    case .text(let text):
      if own == nil, !text.annotations.isEmpty { losses.add("\(path).annotations", "Gemini takes no citations back") }
      writer.object(restoring: own) { writer in
        writer.member("text", text.words)
        sign(&writer)
      }
    case .refusal(let text):
      writer.object { writer in
        writer.member("text", text)
        sign(&writer)
      }
    case .reasoning(let reasoning):
      writer.object(restoring: own) { writer in
        writer.member("text", reasoning.text)
        writer.member("thought", true)
        sign(&writer)
      }
    case .image(let media), .audio(let media), .video(let media), .file(let media):
      writeMedia(media, of: part, options: options, path: path, to: &writer, losses: &losses, sign)
    case .toolCall(let call):
      writer.object(restoring: own) { writer in
        writer.key(.functionCall, like: source)
        write(call, own: own?.nested("functionCall"), options: options, path: path, to: &writer, losses: &losses)
        sign(&writer)
      }
    case .toolResult(let result):
      writer.object(restoring: own) { writer in
        writer.key(.functionResponse, like: source)
        write(result, own: own?.nested("functionResponse"), options: options, path: path, to: &writer, losses: &losses)
        sign(&writer)
      }
    case .opaque(let opaque):
      guard let own else { return writer.value(opaque.json) }
      writer.object(restoring: own) { sign(&$0) }
    }
  }

  private static func write(
    _ call: ToolCall, own: Extensions?, options: GeminiPartOptions, path: String, to writer: inout JSONWriter,
    losses: inout Losses
  ) {
    writer.object(restoring: own) { writer in
      if options.writesIDs, let id = call.id ?? (own == nil ? options.missingCallID : nil) { writer.member("id", id) }
      writer.member("name", call.name)
      if let own, own.source["args"] == nil, call.input == "{}" { return }
      writer.key("args")
      if let object = call.object {
        writer.value(object)
      } else {
        let reason = "not a JSON object; sent inside one as `input`"
        if call.kind == .function, let index = options.answerIndex {
          losses.add(.input, at: index, reason)
        } else if call.kind == .function {
          losses.add("\(path).arguments", reason)
        }
        writer.object { writer in
          writer.key("input")
          if call.kind == .function, let value = try? JSON(parsing: call.input) {
            writer.value(value)
          } else {
            writer.string(call.input)
          }
        }
      }
    }
  }

  private static func write(
    _ result: ToolResult, own: Extensions?, options: GeminiPartOptions, path: String, to writer: inout JSONWriter,
    losses: inout Losses
  ) {
    let media = result.parts.filter(isMedia)
    writer.object(restoring: own) { writer in
      if options.writesIDs, let id = result.callID { writer.member("id", id) }
      if let name = result.name { writer.member("name", name) }
      if let structured = result.structured {
        writer.member("response", structured)
      } else if own?.source["response"] != nil || own == nil {
        writer.key("response")
        writeResponse(of: result, path: path, to: &writer, losses: &losses)
      }
      let nested = own == nil ? media : result.parts.filter { isMedia($0) || isOpaque($0) }
      if own?.source["parts"] != nil || (options.nestsMedia && !nested.isEmpty) {
        writer.array("parts") { writer in
          for part in nested {
            writePart(part, signature: nil, options: options, path: path, to: &writer, losses: &losses)
          }
        }
      }
    }
  }

  /// A `response` must be an object: text that is one already is sent as it is, other text is wrapped.
  private static func writeResponse(
    of result: ToolResult, path: String, to writer: inout JSONWriter, losses: inout Losses
  ) {
    var pieces: [JSONText] = []
    for part in result.parts {
      switch part.content {
      case .text(let text): pieces.append(text.words)
      case .refusal(let text): pieces.append(JSONText(text))
      case .image, .audio, .video, .file: break
      default: losses.add("\(path).content", "this kind of part cannot stand in a tool's result")
      }
      if !isMedia(part) { losses.add(part, writing: .gemini) }
    }
    let text = pieces.joinedTexts(by: "\n")
    if result.isError {
      writer.object { $0.member("error", text) }
    } else if let object = JSON(objectIn: text) {
      writer.value(object)
    } else {
      writer.object { $0.member("result", text) }
    }
  }

  static func isMedia(_ part: Part) -> Bool {
    switch part.content {
    case .image, .audio, .video, .file: true
    default: false
    }
  }

  private static func isOpaque(_ part: Part) -> Bool {
    if case .opaque(let opaque) = part.content { opaque.dialect == .gemini } else { false }
  }
}
