import Conversation
import Dialects
import Wire

/// The laws every dialect keeps, over one body or stream: each gives what breaks it, nothing where it holds.
public struct DialectLaw: Sendable {
  /// Whose laws.
  public var dialect: any Dialect

  /// Makes the laws of one dialect.
  public init(_ dialect: any Dialect) { self.dialect = dialect }

  /// A provider that asks for no edits.
  public static var untouched: Quirks {
    var quirks = Quirks()
    quirks.streamUsage = false
    return quirks
  }

  /// A reply to a client that wants to see everything.
  public static func reply(model: String = "m", _ request: ConversationRequest? = nil) -> ReplyContext {
    var request = request ?? ConversationRequest(model: model)
    if request.reasoning == nil {
      request.reasoning = ReasoningRequest(isEnabled: true, effort: "high", summary: "auto", showsThoughts: true)
    }
    request.includesStreamUsage = true
    request.includesEncryptedReasoning = true
    return ReplyContext(request: request, model: model, exchangeID: "x1", createdAt: 1_700_000_000)
  }

  /// `write(read(x)) ≡ x` for requests.
  public func requestRoundTrip(_ bytes: [UInt8], line: RequestLine = RequestLine()) -> [String] {
    do {
      let json = try JSON(parsing: bytes)
      let request = try dialect.readRequest(json, line: line)
      var losses = Losses()
      let target = RequestTarget(model: request.model, quirks: Self.untouched)
      let written = try dialect.writeRequest(request, for: target, losses: &losses)
      return differences(json, try JSON(parsing: written)) + losses.list.map { "loss \($0.path): \($0.reason)" }
    } catch {
      return ["\(error)"]
    }
  }

  /// `write(read(x)) ≡ x` for answers.
  public func responseRoundTrip(_ bytes: [UInt8]) -> [String] {
    do {
      let json = try JSON(parsing: bytes)
      let response = try dialect.readResponse(json, origin: nil)
      var losses = Losses()
      let reply = Self.reply(model: response.model ?? "")
      let written = dialect.writeResponse(response, for: reply, losses: &losses)
      return differences(json, try JSON(parsing: written)) + losses.list.map { "loss \($0.path): \($0.reason)" }
    } catch {
      return ["\(error)"]
    }
  }

  /// Split anywhere, the same events come out.
  public func chunking(_ bytes: [UInt8], sizes: [Int] = Array(1...7), seeds: Int = 4) -> [String] {
    let whole = EventTrace.lines(StreamDriver.events(bytes, dialect))
    var splits = sizes.map { [$0] }
    var state: UInt64 = 42
    for _ in 0..<seeds {
      splits.append(
        (0..<200).map { _ in
          state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
          return Int(state >> 58) + 1
        })
    }
    return splits.flatMap { sizes in
      Self.unequal(whole, EventTrace.lines(StreamDriver.events(bytes, dialect, chunks: sizes)))
        .map { "split into \(sizes.prefix(4)): \($0)" }
    }
  }

  /// The grammar on the whole stream and on what a cut leaves of it: every byte of small streams, every event's end and
  /// steps in between of large ones.
  public func grammar(_ bytes: [UInt8]) -> [String] {
    var cuts: [Int] = []
    if bytes.count <= 4096 {
      cuts = Array(0..<bytes.count)
    } else {
      for index in bytes.indices.dropFirst() where bytes[index] == 0x0A && bytes[index - 1] == 0x0A {
        cuts.append(index + 1)
      }
      if cuts.count > 60 { cuts = stride(from: 0, to: cuts.count, by: cuts.count / 60).map { cuts[$0] } }
      cuts += stride(from: 17, to: bytes.count, by: max(1, bytes.count / 23))
    }
    return (cuts + [bytes.count]).flatMap { cut in
      EventTrace.violations(StreamDriver.events(Array(bytes[..<cut]), dialect)).map { "cut at \(cut): \($0)" }
    }
  }

  /// Where two lists of lines first differ.
  public static func unequal(_ left: [String], _ right: [String]) -> [String] {
    if left == right { return [] }
    for index in 0..<max(left.count, right.count) {
      let one = index < left.count ? left[index] : "nothing"
      let other = index < right.count ? right[index] : "nothing"
      if one != other { return ["line \(index): \(one.prefix(300)) ≠ \(other.prefix(300))"] }
    }
    return []
  }
}
