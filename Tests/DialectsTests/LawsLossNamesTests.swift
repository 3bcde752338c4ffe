import Conversation
import Dialects
import TestSupport
import Testing
import Wire

/// Losses over recorded traffic are told in the words of the side that said them: each begins with a member that its
/// body really has.
@Suite(.enabled(if: Corpus.folder != nil, "no corpus beside the checkout"))
struct LawsLossNamesTests {
  @Test(arguments: LawsCorpusTests.pairs) func lossesAreNamed(pair: LawsCorpusTests.Pair) {
    let way = AnswerCrossing(from: pair.from, to: pair.to)
    var strange: [String: String] = [:]
    var told = 0
    func check(_ losses: Losses, _ body: JSON, pieces: String = "", _ item: CorpusCase, _ kind: String) {
      for loss in losses.list {
        told += 1
        let first = loss.path.prefix { $0 != "." && $0 != "[" }
        if body[name: String(first)] == nil, !pieces.contains("\"\(first)\"") {
          strange["\(kind) \(loss.path): \(loss.reason)"] = item.id
        }
      }
    }
    for item in Corpus.generations(pair.from) {
      if let body = item.request.flatMap({ try? JSON(parsing: $0) }) {
        let line = RequestLine(model: body["model"] == nil ? item.model : nil, isStream: item.isStream)
        if let request = try? way.upstream.readRequest(body, line: line),
          let crossing = try? Crossing.translated(
            request, from: pair.from, to: way.client, for: RequestTarget(model: "up"))
        {
          check(crossing.losses, body, item, "request")
        }
      }
      if item.httpStatus ?? 200 < 400, let body = item.response.flatMap({ try? JSON(parsing: $0) }),
        let response = try? way.upstream.readResponse(body, origin: nil)
      {
        var losses = Losses()
        _ = way.write(response, asStream: false, for: LawsAnswer.reply, losses: &losses)
        check(losses, body.isArray ? body.elements.first { _ in true } ?? .null : body, item, "answer")
      }
      if let stream = item.stream {
        let events = StreamDriver.events(stream, way.upstream)
        var losses = Losses()
        _ = way.write(events, for: LawsAnswer.reply, losses: &losses)
        // The same answer told whole: a stream tells it in pieces.
        var nothing = Losses()
        let whole = way.upstream.writeResponse(LawsAnswer.fold(events), for: LawsAnswer.reply, losses: &nothing)
        // A member of its pieces, or the type of an event, is its word, too.
        let text = String(decoding: stream, as: UTF8.self)
        check(losses, (try? JSON(parsing: whole)) ?? .null, pieces: text, item, "stream")
      }
    }
    for (loss, id) in strange.sorted(by: { $0.key < $1.key }) { print("  loss names \(pair): \(loss) (\(id))") }
    print("loss names \(pair): \(told) losses")
    #expect(strange.isEmpty, "\(pair): \(strange.count) losses in words nobody said")
  }
}
