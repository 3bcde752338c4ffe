import Conversation
import Wire

// Calls that a vendor ran: `web_search_call`, `code_interpreter_call` and the like.

extension OpenAIResponses {
  /// What an item says of a call that OpenAI ran; nil for other items.
  ///
  /// Formats: https://developers.openai.com/api/docs/guides/tools-web-search, …/tools-code-interpreter,
  /// …/tools-file-search, …/tools-connectors-mcp
  static func readHostedCall(_ item: JSON) -> HostedCall? {
    let hasFailed = item["status"]?.isString("failed") == true
    switch item["type"]?.string {
    case "web_search_call": return readSearch(item, hasFailed: hasFailed)
    case "code_interpreter_call":
      let logs = (item["outputs"] ?? .null).elements.compactMap { $0["logs"]?.string }.joined(separator: "\n")
      return HostedCall(.runCode(item["code"]?.string ?? ""), hasFailed ? .failed(logs) : .text(logs))
    case "file_search_call":
      let queries = (item["queries"] ?? .null).elements.compactMap(\.string).joined(separator: "\n")
      let found = (item["results"] ?? .null).elements.compactMap { result -> String? in
        guard let text = result["text"]?.string else { return nil }
        return result["filename"]?.string.map { "\($0): \(text)" } ?? text
      }
      let text = found.joined(separator: "\n\n")
      return HostedCall(.other(name: "file_search", input: queries), hasFailed ? .failed(text) : .text(text))
    case "mcp_call":
      let name = [item["server_label"]?.string, item["name"]?.string].compactMap(\.self).joined(separator: "/")
      let error = item["error"].flatMap { $0.isNull ? nil : $0.string ?? $0.text }
      return HostedCall(
        .other(name: name, input: item["arguments"]?.string ?? ""),
        error.map { .failed($0) } ?? .text(item["output"]?.string ?? ""))
    default: return nil
    }
  }

  private static func readSearch(_ item: JSON, hasFailed: Bool) -> HostedCall {
    let action = item["action"]
    let pages = (action?["sources"]?.elements ?? JSON.null.elements).compactMap { source in
      source["url"]?.string.map { HostedCall.Page(address: $0, title: source["title"]?.string) }
    }
    let outcome: HostedCall.Outcome = hasFailed ? .failed("") : .pages(pages)
    // A page is opened, or searched for a word.
    if let type = action?["type"], !type.isString("search") {
      return HostedCall(.openPage(action?["url"]?.string ?? ""), outcome)
    }
    var queries = action?["queries"]?.elements.compactMap(\.string) ?? []
    if queries.isEmpty { queries = [action?["query"]?.string ?? ""] }
    return HostedCall(.search(queries: queries), outcome)
  }
}

/// The item of a call that another vendor ran.
struct ResponsesHostedItem {
  enum Kind { case search, page, code }

  let kind: Kind
  let id: String
  /// Its place in `output`.
  let index: Int
  let action: HostedCall.Action
  /// What ties the outcome to it.
  let callID: String?
  /// The parts that told it, in their vendor's words.
  var told: [OpaquePart]

  /// Nil where Responses has no item for such a call.
  init?(_ opaque: OpaquePart, index: Int, exchangeID: String) {
    guard let call = opaque.hosted, let action = call.action else { return nil }
    switch action {
    case .search: kind = .search
    case .openPage: kind = .page
    case .runCode: kind = .code
    case .other: return nil
    }
    id = "\(kind == .code ? "ci" : "ws")_\(exchangeID)_\(index)"
    container = "cntr_\(exchangeID)"
    self.index = index
    self.action = action
    callID = call.id
    told = [opaque]
  }

  private let container: String

  /// The item as it begins; with an outcome, as it ends.
  func item(_ outcome: HostedCall.Outcome?) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.member("id", id)
      writer.member("type", static: kind == .code ? "code_interpreter_call" : "web_search_call")
      switch outcome {
      case nil: writer.member("status", static: "in_progress")
      case .failed: writer.member("status", static: "failed")
      case .pages, .text: writer.member("status", static: "completed")
      }
      switch action {
      case .search(let queries): Self.write(queries, outcome, into: &writer)
      case .openPage(let address):
        writer.object("action") { writer in
          writer.member("type", static: "open_page")
          writer.member("url", address)
        }
      case .runCode(let code):
        writer.member("code", outcome == nil ? "" : code)
        writer.member("container_id", container)
        Self.writeOutputs(outcome, into: &writer)
      case .other: break
      }
    }
    return writer.finish()
  }

  private static func write(_ queries: [String], _ outcome: HostedCall.Outcome?, into writer: inout JSONWriter) {
    writer.object("action") { writer in
      writer.member("type", static: "search")
      writer.member("query", queries.first ?? "")
      writer.array("queries") { writer in
        for query in queries { writer.string(query) }
      }
      guard case .pages(let pages)? = outcome, !pages.isEmpty else { return }
      writer.array("sources") { writer in
        for page in pages {
          writer.object { writer in
            writer.member("type", static: "url")
            writer.member("url", page.address)
            if let title = page.title { writer.member("title", title) }
          }
        }
      }
    }
  }

  private static func writeOutputs(_ outcome: HostedCall.Outcome?, into writer: inout JSONWriter) {
    switch outcome {
    case .text(let logs), .failed(let logs):
      writer.array("outputs") { writer in
        guard !logs.isEmpty else { return }
        writer.object { writer in
          writer.member("type", static: "logs")
          writer.member("logs", logs)
        }
      }
    case .pages, nil: writer.nullMember("outputs")
    }
  }

  /// The blocks for their maker, who alone can read all of them; nil where the item says it all.
  var state: ReasoningState? {
    guard let dialect = told.first?.dialect, told.count > 1 else { return nil }
    let blocks = JSON { writer in
      writer.array { writer in
        for part in told { writer.value(part.json) }
      }
    }
    return ReasoningState(
      dialect: dialect, kind: .hostedCall, blob: blocks.text, origin: told.lazy.compactMap(\.hosted?.origin).first)
  }
}

extension OpenAIResponsesEventWriter {
  /// Tells a call that another vendor ran, or what came of one; false where Responses has no item for it.
  mutating func tellHosted(_ opaque: OpaquePart, into output: inout [UInt8]) -> Bool {
    guard let call = opaque.hosted else { return false }
    guard call.action != nil else {
      guard let outcome = call.outcome,
        let position = hosted.lastIndex(where: { call.id == nil || $0.callID == call.id })
      else { return false }
      var item = hosted.remove(at: position)
      item.told.append(opaque)
      end(item, outcome, into: &output)
      return true
    }
    guard let item = ResponsesHostedItem(opaque, index: count, exchangeID: reply.exchangeID) else { return false }
    reserveItem(item.item(nil), into: &output)
    begin(item, into: &output)
    if let outcome = call.outcome { end(item, outcome, into: &output) } else { hosted.append(item) }
    return true
  }

  /// Ends the calls whose outcome never came.
  mutating func endHosted(into output: inout [UInt8]) {
    let open = hosted
    hosted = []
    for item in open { end(item, .failed(""), into: &output) }
  }

  private mutating func begin(_ item: ResponsesHostedItem, into output: inout [UInt8]) {
    guard item.kind == .code else {
      step("response.web_search_call.in_progress", item, into: &output)
      return step("response.web_search_call.searching", item, into: &output)
    }
    step("response.code_interpreter_call.in_progress", item, into: &output)
    guard case .runCode(let code) = item.action else { return }
    step("response.code_interpreter_call_code.delta", item, into: &output) { $0.member("delta", code) }
    step("response.code_interpreter_call_code.done", item, into: &output) { $0.member("code", code) }
    step("response.code_interpreter_call.interpreting", item, into: &output)
  }

  private mutating func end(_ item: ResponsesHostedItem, _ outcome: HostedCall.Outcome, into output: inout [UInt8]) {
    // No event tells of a failure but the item itself.
    let hasFailed = if case .failed = outcome { true } else { false }
    if !hasFailed {
      step(
        item.kind == .code ? "response.code_interpreter_call.completed" : "response.web_search_call.completed", item,
        into: &output)
    }
    tellReserved(item.item(outcome), at: item.index, into: &output)
    if let state = item.state { tellState(state, isAfter: true, into: &output) }
  }

  private mutating func step(
    _ name: StaticString, _ item: ResponsesHostedItem, into output: inout [UInt8],
    _ body: (inout JSONWriter) -> Void = { _ in }
  ) {
    emit(name, into: &output) { writer in
      writer.member("output_index", item.index)
      writer.member("item_id", item.id)
      body(&writer)
    }
  }
}
