import Conversation
import Dialects
import Foundation
import TestSupport
import Testing
import Wire

/// The laws of docs/architecture.md over our own conversations, each told in every protocol.
///
/// A protocol added to `DialectCatalog` fails here until each conversation is told in it, too.
@Suite struct LawsFixtureTests {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fixtures/Conversations")

  static let cases: [String] = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()

  /// A conversation in one protocol.
  private struct Telling {
    var dialect: any Dialect
    var request: [UInt8]
    var response: [UInt8]
    var stream: [UInt8]
    var line: RequestLine { RequestLine(model: dialect.id == .gemini ? "m" : nil) }
  }

  private func tellings(_ name: String) throws -> [Telling] {
    try DialectCatalog.all.map { dialect in
      func bytes(_ kind: String) throws -> [UInt8] {
        Array(try Data(contentsOf: Self.folder.appendingPathComponent("\(name)/\(dialect.id.rawValue).\(kind)")))
      }
      return Telling(
        dialect: dialect, request: try bytes("request.json"), response: try bytes("response.json"),
        stream: try bytes("stream.sse"))
    }
  }

  @Test func thereAreConversations() { #expect(Self.cases.count >= 8) }

  @Test(arguments: cases) func identity(name: String) throws {
    for telling in try tellings(name) {
      let id = telling.dialect.id
      let same = try telling.request.withUnsafeBytes { bytes in
        let inbound = try InboundRequest(bytes, dialect: id, line: telling.line)
        #expect(Crossing.isDirect(inbound, bytes, to: id, DialectLaw.untouched), "\(id)")
        let target = RequestTarget(model: "m", quirks: DialectLaw.untouched)
        let crossing = Crossing.direct(inbound, bytes, for: target)
        guard case .spliced(let splice) = crossing.body, crossing.path == .verbatim else { return [UInt8]() }
        return splice.applied(to: bytes)
      }
      #expect(same == telling.request, "\(id)")
    }
  }

  @Test(arguments: cases) func roundTrip(name: String) throws {
    for telling in try tellings(name) {
      let law = DialectLaw(telling.dialect)
      #expect(law.requestRoundTrip(telling.request, line: telling.line) == [], "\(telling.dialect.id)")
      #expect(law.responseRoundTrip(telling.response) == [], "\(telling.dialect.id)")
    }
  }

  @Test(arguments: cases) func chunking(name: String) throws {
    for telling in try tellings(name) {
      #expect(DialectLaw(telling.dialect).chunking(telling.stream) == [], "\(telling.dialect.id)")
    }
  }

  @Test(arguments: cases) func grammar(name: String) throws {
    for telling in try tellings(name) {
      #expect(DialectLaw(telling.dialect).grammar(telling.stream) == [], "\(telling.dialect.id)")
    }
  }

  @Test(arguments: cases) func fold(name: String) throws {
    for telling in try tellings(name) {
      let folded = LawsAnswer.fold(StreamDriver.events(telling.stream, telling.dialect))
      let whole = try telling.dialect.readResponse(JSON(parsing: telling.response), origin: nil)
      #expect(Self.lines(folded) == Self.lines(whole), "\(telling.dialect.id)")
      #expect(folded.id == whole.id && folded.model == whole.model, "\(telling.dialect.id)")
    }
  }

  /// Whatever protocol a conversation was told in, it is the same conversation; and stays so on every way.
  @Test(arguments: cases) func hubOfRequests(name: String) throws {
    let tellings = try tellings(name)
    for from in tellings {
      let source = try from.dialect.readRequest(JSON(parsing: from.request), line: from.line)
      for to in tellings where to.dialect.id != from.dialect.id {
        let way = "\(from.dialect.id) → \(to.dialect.id)"
        let json = try JSON(parsing: from.request)
        #expect(LawsArrival.violations(json, line: from.line, from: from.dialect, to: to.dialect) == [], "\(way)")
        let target = RequestTarget(model: "m", quirks: DialectLaw.untouched)
        let crossing = try Crossing.translated(source, from: from.dialect.id, to: to.dialect, for: target)
        guard case .written(let bytes) = crossing.body else { continue }
        let written = try to.dialect.readRequest(JSON(parsing: bytes), line: to.line)
        let told = try to.dialect.readRequest(JSON(parsing: to.request), line: to.line)
        #expect(Self.lines(written) == Self.lines(told), "\(way)")
      }
    }
  }

  @Test(arguments: cases) func hubOfAnswers(name: String) throws {
    let tellings = try tellings(name)
    for from in tellings {
      for to in tellings where to.dialect.id != from.dialect.id {
        let way = "\(from.dialect.id) → \(to.dialect.id)"
        let told = try to.dialect.readResponse(JSON(parsing: to.response), origin: nil)
        var losses = Losses()
        let source = try from.dialect.readResponse(JSON(parsing: from.response), origin: nil)
        let bytes = to.dialect.writeResponse(source, for: LawsAnswer.reply, losses: &losses)
        let written = try to.dialect.readResponse(JSON(parsing: bytes), origin: nil)
        #expect(Self.lines(written) == Self.lines(told), "\(way)")
        let stream = StreamDriver.bytes(
          StreamDriver.events(from.stream, from.dialect), to.dialect, reply: LawsAnswer.reply)
        let streamed = LawsAnswer.fold(StreamDriver.events(stream, to.dialect))
        #expect(Self.lines(streamed) == Self.lines(told), "\(way), streamed")
      }
    }
  }

  /// A member nobody knows comes back in its own protocol and is a named loss in every other, wherever it stands.
  @Test(arguments: DialectID.allCases) func lossesAreDeclared(id: DialectID) throws {
    let from = try #require(try tellings("parallel-tools").first { $0.dialect.id == id })
    let text = String(decoding: from.request, as: UTF8.self)
    let places = text.ranges(of: "{\n").map(\.lowerBound)
    #expect(places.count > 5)
    for place in places {
      var planted = text
      planted.insert(contentsOf: #""x_unheard_of": {"deep": 1.0},"#, at: planted.index(after: place))
      let json = try JSON(parsing: Array(planted.utf8))
      // Inside what a user defines, members are the user's own.
      guard Self.isProtocolPlace(json) else { continue }
      #expect(DialectLaw(from.dialect).requestRoundTrip(Array(planted.utf8), line: from.line) == [], "\(planted)")
      let source = try from.dialect.readRequest(json, line: from.line)
      for to in DialectCatalog.all where to.id != id {
        let crossing = try Crossing.translated(source, from: id, to: to, for: RequestTarget(model: "m"))
        guard case .written(let bytes) = crossing.body else { continue }
        #expect(!String(decoding: bytes, as: UTF8.self).contains("x_unheard_of"), "\(to.id)")
        // Every member of a Gemini tool is a tool by itself.
        let isDeclared = crossing.losses.list.contains {
          $0.path.hasSuffix("x_unheard_of") || (id == .gemini && $0.path.hasPrefix("tools"))
        }
        #expect(isDeclared, "\(id) → \(to.id): \(text[place...].prefix(160))")
      }
    }
  }

  /// Whether the planted member is outside schemas, arguments and tools' results.
  private static func isProtocolPlace(_ json: JSON) -> Bool {
    func holds(_ value: JSON) -> Bool {
      if value.isArray { return value.elements.contains(where: holds) }
      guard value.isObject else { return false }
      return value.members.contains { member in
        if member.key == "x_unheard_of" { return true }
        if ["parameters", "input_schema", "parametersJsonSchema", "args", "response"].contains(member.key) {
          return false
        }
        if member.key == "input", member.value.isObject { return false }
        return holds(member.value)
      }
    }
    return holds(json)
  }

  // MARK: - What is compared

  /// A request as every protocol can tell it.
  private static func lines(_ request: ConversationRequest) -> [String] {
    var lines = Said(request.messages).items.compactMap { item -> String? in
      let side = item.isSystem ? "system" : item.isModel ? "model" : "user"
      switch item.kind {
      case .text(let text): return "\(side) \(text)"
      case .call(let call): return "call \(call.id ?? "-") \(call.name) \(call.object?.text ?? call.input)"
      case .result(let result):
        return "result \(result.callID ?? "-") \(result.structured?["result"]?.string ?? result.text)"
      case .media(let media): return "\(side) \(media.mediaType ?? "-") \(media.source)"
      }
    }
    lines += request.tools.map { tool in
      var schema = "-"
      if case .function(let given, _) = tool.kind { schema = given?.text ?? "-" }
      return "tool \(tool.name) \(tool.description ?? "-") \(schema)"
    }
    lines.append("limit \(request.sampling.maxOutputTokens?.lexeme ?? "-")")
    lines.append("temperature \(request.sampling.temperature?.lexeme ?? "-")")
    lines.append("effort \(request.reasoning?.effortWord ?? "-")")
    if case .jsonSchema(let format) = request.outputFormat { lines.append("format \(format.schema?.text ?? "-")") }
    return lines
  }

  /// An answer as every protocol can tell it.
  private static func lines(_ response: ConversationResponse) -> [String] {
    var lines = response.candidates.flatMap { candidate in
      candidate.parts.compactMap { part -> String? in
        switch part.content {
        case .text(let text): text.text.isEmpty ? nil : "text \(text.text)"
        case .refusal(let text): "text \(text)"
        case .reasoning(let reasoning): "thought \(reasoning.text)"
        case .toolCall(let call): "call \(call.id ?? "-") \(call.name) \(call.object?.text ?? call.input)"
        default: "other"
        }
      } + ["stop \(candidate.stop.map { "\($0.reason)" } ?? "-")"]
    }
    let usage = response.usage
    lines.append(
      "usage \(usage?.input ?? 0) \(usage?.output ?? 0) \(usage?.cacheRead ?? 0) \(usage?.reasoning ?? 0)")
    return lines
  }
}
