import Conversation
import Dialects
import Foundation
import TestSupport
import Testing
import Wire

/// The loss table of docs/translation.md tells every loss that recorded traffic meets, and between which protocols.
@Suite struct LawsLossTableTests {
  private static let page = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
    .deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("docs/translation.md")

  /// A row: a reason, with `…` for what changes, and the protocols that lose.
  private struct Row {
    var pieces: [String]
    var targets: Set<String>

    /// Whether all pieces stand in `reason`, in order, from its beginning to its end.
    func matches(_ reason: String) -> Bool {
      guard let first = pieces.first, let last = pieces.last, reason.hasPrefix(first), reason.hasSuffix(last) else {
        return false
      }
      if pieces.count == 1 { return reason == first }
      var rest = reason.dropFirst(first.count)
      for piece in pieces.dropFirst() where !piece.isEmpty {
        guard let range = rest.range(of: piece) else { return false }
        rest = rest[range.upperBound...]
      }
      return true
    }
  }

  private static func rows() throws -> [Row] {
    let text = try String(contentsOf: page, encoding: .utf8)
    let table = text.components(separatedBy: "<!-- losses -->").dropFirst().first ?? ""
    return table.split(separator: "\n").compactMap { line -> Row? in
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      guard cells.count == 3, !cells[0].hasPrefix("---"), cells[0] != "reason" else { return nil }
      return Row(
        pieces: cells[0].components(separatedBy: "…"),
        targets: Set(cells[1].split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }))
    }
  }

  @Test func theTableIsThere() throws {
    let rows = try Self.rows()
    #expect(rows.count > 20)
    let known = Set(DialectID.allCases.map(\.rawValue))
    for row in rows { #expect(row.targets.isSubset(of: known) && !row.targets.isEmpty, "\(row.pieces)") }
  }

  @Test(.enabled(if: Corpus.folder != nil, "no corpus beside the checkout"), arguments: DialectID.allCases)
  func everyLossHasARow(id: DialectID) throws {
    let rows = try Self.rows().filter { $0.targets.contains(id.rawValue) }
    var missing: [String: String] = [:]
    for loss in Self.losses(to: id) where !rows.contains(where: { $0.matches(loss.reason) }) {
      missing[loss.reason] = loss.path
    }
    for (reason, path) in missing.sorted(by: { $0.key < $1.key }) {
      print("  loss table \(id.rawValue): \(reason) (as at \(path))")
    }
    #expect(missing.isEmpty, "docs/translation.md does not tell of these")
  }

  /// Every loss that recorded requests, answers and streams meet on their way to a protocol.
  private static func losses(to id: DialectID) -> Set<Loss> {
    let target = DialectCatalog.dialect(id)
    var losses: Set<Loss> = []
    for item in Corpus.cases where item.dialect != id && item.endpoint == "generate" {
      let from = DialectCatalog.dialect(item.dialect)
      if let body = item.request.flatMap({ try? JSON(parsing: $0) }) {
        let line = RequestLine(model: body["model"] == nil ? item.model : nil, isStream: item.isStream)
        if let request = try? from.readRequest(body, line: line),
          let crossing = try? Crossing.translated(
            request, from: item.dialect, to: target, for: RequestTarget(model: "up"))
        {
          losses.formUnion(crossing.losses.list)
        }
      }
      if item.httpStatus ?? 200 < 400, let body = item.response.flatMap({ try? JSON(parsing: $0) }),
        let response = try? from.readResponse(body, origin: nil)
      {
        var found = Losses()
        _ = target.writeResponse(response, for: LawsAnswer.reply, losses: &found)
        losses.formUnion(found.list)
      }
      if let stream = item.stream {
        var writer = target.makeEventWriter(for: LawsAnswer.reply)
        var output: [UInt8] = []
        for event in StreamDriver.events(stream, from) { writer.write(event, into: &output) }
        losses.formUnion(writer.losses.list)
      }
    }
    return losses
  }
}
