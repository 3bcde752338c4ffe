import Conversation
import Wire

extension Gemini {
  /// What a part says of a tool that Google ran, or of what came of it; nil for other parts.
  ///
  /// Formats: https://ai.google.dev/gemini-api/docs/code-execution, https://ai.google.dev/api/caching#ToolCall
  static func readHostedCall(_ json: JSON) -> HostedCall? {
    if let code = json[member: .executableCode], code.isObject {
      return HostedCall(id: code["id"]?.string, .runCode(code["code"]?.string ?? ""), nil)
    }
    if let result = json[member: .codeExecutionResult], result.isObject {
      let text = result["output"]?.string ?? ""
      let hasFailed = result["outcome"].map { !$0.isString("OUTCOME_OK") } ?? false
      return HostedCall(id: result["id"]?.string, nil, hasFailed ? .failed(text) : .text(text))
    }
    if let call = json[member: .toolCall], call.isObject {
      return action(of: call).map { HostedCall(id: call["id"]?.string, $0, nil) }
    }
    if let response = json[member: .toolResponse], response.isObject {
      let kind = response[member: .toolType]?.string ?? ""
      // What a search found stands in the grounding.
      let outcome: HostedCall.Outcome =
        kind.hasPrefix("GOOGLE_SEARCH") ? .pages([]) : .text(response["response"]?.text ?? "")
      return HostedCall(id: response["id"]?.string, nil, outcome)
    }
    return nil
  }

  private static func action(of call: JSON) -> HostedCall.Action? {
    let kind = call[member: .toolType]?.string ?? ""
    let arguments = call["args"] ?? .emptyObject
    if kind.hasPrefix("GOOGLE_SEARCH") {
      let queries = (arguments["queries"] ?? .null).elements.compactMap(\.string)
      return queries.isEmpty ? nil : .search(queries: queries)
    }
    let addresses = (arguments["urls"] ?? .null).elements.compactMap(\.string)
    if kind == "URL_CONTEXT", let address = addresses.first, addresses.count == 1 { return .openPage(address) }
    return .other(name: kind, input: arguments.text)
  }

  /// Whether parts have told all that a search in the grounding says.
  static func isTold(_ search: Part, by told: Set<String>) -> Bool {
    guard case .opaque(let opaque) = search.content, let call = opaque.hosted else { return false }
    return told.isSuperset(of: call.queries)
  }

  /// What a part says was searched for.
  static func queries(of part: Part) -> [String] {
    if case .opaque(let opaque) = part.content { opaque.hosted?.queries ?? [] } else { [] }
  }
}

/// The calls of an answer that another vendor ran, as Google tells them: code in parts, searches in `groundingMetadata`.
struct GeminiHostedCalls {
  /// What was searched for.
  private(set) var queries: [String] = []
  /// What was found.
  private(set) var pages: [HostedCall.Page] = []
  /// The kind of call whose outcome another part tells, by its id.
  private enum Waiting { case search, code }
  private var waiting: [String?: Waiting] = [:]

  /// What becomes of a part: other parts, none for a search; nil where Google has no word for it.
  mutating func parts(for opaque: OpaquePart) -> [Part]? {
    guard opaque.dialect != .gemini, let call = opaque.hosted else { return nil }
    var kind = waiting[call.id]
    var parts: [JSON] = []
    switch call.action {
    case .search(let queries):
      kind = .search
      self.queries += queries.filter { !$0.isEmpty }
    case .runCode(let code):
      kind = .code
      parts.append(Self.code(code))
    case .openPage, .other: return nil
    case nil: waiting[call.id] = nil
    }
    guard let kind else { return nil }
    switch (kind, call.outcome) {
    case (_, nil): waiting[call.id] = kind
    case (.search, .pages(let pages)): self.pages += pages
    case (.search, _): if call.action == nil { return nil }
    case (.code, .failed(let text)): parts.append(Self.result("OUTCOME_FAILED", text))
    case (.code, .text(let text)): parts.append(Self.result("OUTCOME_OK", text))
    case (.code, .pages): break
    }
    return parts.map { Part(.opaque(OpaquePart(.gemini, $0))) }
  }

  private static func code(_ code: String) -> JSON {
    JSON { writer in
      writer.object { writer in
        writer.object("executableCode") { writer in
          writer.member("language", static: "PYTHON")
          writer.member("code", code)
        }
      }
    }
  }

  private static func result(_ outcome: StaticString, _ text: String) -> JSON {
    JSON { writer in
      writer.object { writer in
        writer.object("codeExecutionResult") { writer in
          writer.member("outcome", static: outcome)
          writer.member("output", text)
        }
      }
    }
  }
}
