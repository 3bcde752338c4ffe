import Console
import Conversation
import Routing
import Store

/// One exchange in full.
struct ExchangeDetail {
  var row: ExchangeRow

  /// The whole exchange as text for a stream.
  func text(for output: TextOutput) -> String {
    let record = row.record
    var details = Details()
    details.add("id", record.id)
    details.add("time", Timestamp.rfc3339(record.startedAt))
    details.add("request", "\(record.method) \(record.path)")
    details.add("status", record.status == 0 ? "none" : "\(record.status)", row.isFailure ? .bad : .good)
    details.add("error", [record.errorKind, record.errorMessage].compactMap { $0 }.joined(separator: ": "), .bad)
    details.add("group", record.group)
    details.add("route", record.route ?? (record.provider == nil ? nil : "direct"))
    details.add("model asked", record.modelAsked)
    details.add("target", row.target)
    details.add("account", record.account)
    details.add("protocols", row.protocols)
    details.add("path", record.exchangePath?.rawValue)
    details.add("stream", record.isStream ? "yes" : "no")
    details.add("first byte", record.firstByteAfter.map(Timestamp.duration))
    details.add("duration", Timestamp.duration(record.duration))
    details.add("tokens", tokens)
    details.add("bytes", "\(Timestamp.size(record.requestBytes)) in, \(Timestamp.size(record.responseBytes)) out")
    details.add("stop reason", record.stopReason)
    details.add("session", record.session)
    details.add("user agent", record.userAgent)
    return details.render(for: output) + attempts(output) + losses(output) + capture(output)
  }

  private var tokens: String {
    let record = row.record
    let parts: [(Int?, String)] = [
      (record.inputTokens, "input"), (record.outputTokens, "output"), (record.cacheReadTokens, "cache read"),
      (record.cacheWriteTokens, "cache write"), (record.reasoningTokens, "reasoning"),
    ]
    return parts.compactMap { count, name in count.map { "\($0) \(name)" } }.joined(separator: ", ")
  }

  private func attempts(_ output: TextOutput) -> String {
    guard !row.record.attempts.isEmpty else { return "" }
    var table = Table([
      .init("PROVIDER"), .init("ACCOUNT"), .init("MODEL", canShrink: true), .init("PROTOCOL"),
      .init("STATUS", alignment: .trailing), .init("TOOK", alignment: .trailing), .init("ERROR", canShrink: true),
    ])
    for attempt in row.record.attempts {
      table.add([
        Table.Cell(attempt.provider), Table.Cell(attempt.account ?? "-"), Table.Cell(attempt.model),
        Table.Cell(attempt.dialect.rawValue), Table.Cell(attempt.status.map(String.init) ?? "-"),
        Table.Cell(Timestamp.duration(attempt.duration)), Table.Cell(attempt.error ?? "", .bad),
      ])
    }
    return heading("Attempts", output) + table.render(for: output)
  }

  private func losses(_ output: TextOutput) -> String {
    guard !row.record.losses.isEmpty else { return "" }
    var table = Table([.init("LOST"), .init("WHY", canShrink: true)])
    for loss in row.record.losses { table.add([Table.Cell(loss.path), Table.Cell(loss.reason)]) }
    return heading("Lost in translation", output) + table.render(for: output)
  }

  private func capture(_ output: TextOutput) -> String {
    guard let capture = row.record.capture else { return "" }
    let bodies: [(String, [[String]], String?)] = [
      ("Request", capture.requestHeaders, capture.requestBody),
      ("Request sent upstream", [], capture.upstreamRequestBody),
      ("Response", capture.responseHeaders, capture.responseBody),
      ("Response of the upstream", [], capture.upstreamResponseBody),
    ]
    return bodies.map { title, headers, body in
      guard body != nil || !headers.isEmpty else { return "" }
      let lines = headers.map { DisplayWidth.sanitize($0.joined(separator: ": ")) + "\n" }.joined()
      let text = (body ?? "").split(separator: "\n", omittingEmptySubsequences: false)
        .map { DisplayWidth.sanitize(String($0)) }.joined(separator: "\n")
      return heading(title, output) + lines + (text.isEmpty ? "" : text + "\n")
    }.joined()
  }

  private func heading(_ text: String, _ output: TextOutput) -> String {
    "\n" + output.style.heading(text) + "\n"
  }
}

extension ExchangeDetail: Displayable {
  static let columns = ExchangeRow.columns
  func cells(in context: CommandContext) -> [Table.Cell] { row.cells(in: context) }

  static var fields: [Field<ExchangeDetail>] {
    ExchangeRow.fields.map { field in Field(field.name) { field.value($0.row) } } + [
      Field("capture") { $0.captureObject }
    ]
  }

  private var captureObject: OutputValue {
    guard let capture = row.record.capture else { return .null }
    func headers(_ headers: [[String]]) -> OutputValue { .list(headers.map { .texts($0) }) }
    return .object([
      "requestHeaders": headers(capture.requestHeaders), "requestBody": .text(capture.requestBody),
      "upstreamRequestBody": .text(capture.upstreamRequestBody), "responseHeaders": headers(capture.responseHeaders),
      "responseBody": .text(capture.responseBody), "upstreamResponseBody": .text(capture.upstreamResponseBody),
    ])
  }
}
