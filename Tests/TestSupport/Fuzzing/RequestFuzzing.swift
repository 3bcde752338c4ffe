import Conversation
import Dialects
import Wire

/// A client's request, taken to every protocol on every way.
enum RequestFuzzing {
  static func violations(_ bytes: [UInt8], from client: any Dialect) -> [String] {
    var choice = InputChoice(bytes)
    let line = line(of: client.id)
    var broken: [String] = []
    let parsed = try? JSON(parsing: bytes)
    bytes.withUnsafeBytes { buffer in
      guard let inbound = try? InboundRequest(buffer, dialect: client.id, line: line) else {
        if parsed?.isObject == true { broken.append("the scan refuses an object") }
        return
      }
      broken += direct(inbound, buffer, parsed, choice.quirks())
    }
    guard let parsed, let request = try? client.readRequest(parsed, line: line) else { return broken }
    for upstream in DialectCatalog.all {
      broken += translated(request, client, upstream, choice.quirks(), bytes.count)
    }
    return broken + reply(to: request, client, bytes.count)
  }

  static func line(of dialect: DialectID) -> RequestLine {
    dialect == .gemini ? RequestLine(model: "m", isStream: true) : RequestLine()
  }

  private static func direct(
    _ inbound: InboundRequest, _ buffer: UnsafeRawBufferPointer, _ parsed: JSON?, _ quirks: Quirks
  ) -> [String] {
    guard Crossing.isDirect(inbound, buffer, to: inbound.dialect, quirks) else { return [] }
    let crossing = Crossing.direct(inbound, buffer, for: RequestTarget(model: "up\"stream", quirks: quirks))
    guard case .spliced(let splice) = crossing.body else { return ["a direct body is written anew"] }
    let sent = splice.applied(to: buffer)
    guard let parsed else { return [] }
    guard let body = try? JSON(parsing: sent) else { return ["patched it is no JSON"] }
    if inbound.line.model == nil, inbound.model != nil, body["model"]?.string != "up\"stream" {
      return ["the upstream's model is not in the body"]
    }
    for field in quirks.stripFields where body[name: field] != nil { return ["\(field) is still there"] }
    return OutputBound.violations("patched", sent.count, of: parsed.byteCount)
  }

  private static func translated(
    _ request: ConversationRequest, _ client: any Dialect, _ upstream: any Dialect, _ quirks: Quirks, _ size: Int
  ) -> [String] {
    let target = RequestTarget(model: "m", quirks: quirks, origin: SealOrigin("here"))
    guard let crossing = try? Crossing.translated(request, from: client.id, to: upstream, for: target),
      case .written(let body) = crossing.body
    else { return [] }
    let way = "\(client.id.rawValue) → \(upstream.id.rawValue)"
    guard let json = try? JSON(parsing: body), json.isObject else { return ["\(way): no JSON object is written"] }
    do throws(DialectError) {
      _ = try upstream.readRequest(json, line: line(of: upstream.id))
    } catch {
      return ["\(way): what was written is refused: \(error)"]
    }
    return OutputBound.violations(way, body.count, of: size)
  }

  /// An answer that repeats the request's settings.
  private static func reply(to request: ConversationRequest, _ client: any Dialect, _ size: Int) -> [String] {
    var response = ConversationResponse(id: "r1", model: "m")
    let call = ToolCall(id: "c1", name: "f", input: "{}")
    response.candidates = [
      Candidate(parts: [Part(.text(Text("hello"))), Part(.toolCall(call))], stop: Stop(.toolUse))
    ]
    response.usage = Usage(input: 1, output: 2)
    let context = ReplyContext(request: request.summary(), model: request.model, exchangeID: "x1", createdAt: 1)
    return ResponseFuzzing.written(response, for: context, to: client, size)
      + StreamFuzzing.written(response.events(), for: context, to: client, size)
  }
}
