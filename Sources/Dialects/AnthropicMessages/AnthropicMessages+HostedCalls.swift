import Conversation
import Wire

extension AnthropicMessages {
  /// What a block says of a call that Anthropic ran, or of what came of one; nil for other blocks.
  ///
  /// Format: https://platform.claude.com/docs/en/agents-and-tools/tool-use/web-search-tool, …/web-fetch-tool,
  /// …/code-execution-tool
  static func readHostedCall(_ block: JSON, origin: SealOrigin? = nil) -> HostedCall? {
    guard let type = block["type"]?.string else { return nil }
    var call: HostedCall?
    if type == "server_tool_use" || type == "mcp_tool_use" {
      call = action(of: block).map { HostedCall(id: block["id"]?.string, $0, nil) }
    } else if type.hasSuffix("_tool_result"), type != "tool_result", type != "tool_search_tool_result" {
      call = HostedCall(id: block["tool_use_id"]?.string, nil, outcome(of: block))
    }
    call?.origin = origin
    return call
  }

  private static func action(of block: JSON) -> HostedCall.Action? {
    let name = block["name"]?.string ?? ""
    let input = block["input"] ?? .emptyObject
    switch name {
    case "web_search": return .search(queries: [input["query"]?.string ?? ""])
    case "web_fetch": return .openPage(input["url"]?.string ?? "")
    case "code_execution": return .runCode(input["code"]?.string ?? "")
    case "bash_code_execution": return .runCode(input["command"]?.string ?? "")
    default:
      // Its own search for tools means nothing to anybody else.
      if name.hasPrefix("tool_search_tool_") { return nil }
      let server = block["server_name"]?.string.map { $0 + "/" } ?? ""
      return .other(name: server + name, input: input.text)
    }
  }

  private static func outcome(of block: JSON) -> HostedCall.Outcome {
    let content = block["content"] ?? .null
    if content["error_code"] != nil { return .failed(content["error_code"]?.string ?? "") }
    if block["type"]?.isString("web_search_tool_result") == true {
      return .pages(
        content.elements.compactMap { page in
          page["url"]?.string.map { HostedCall.Page(address: $0, title: page["title"]?.string) }
        })
    }
    if let address = content["url"]?.string {
      if let text = content["content"]?["source"]?["data"]?.string,
        content["content"]?["source"]?["type"]?.isString("text") == true
      {
        return .text(text)
      }
      return .pages([HostedCall.Page(address: address, title: content["content"]?["title"]?.string)])
    }
    if content.isArray || content.isString {
      let text = content.string ?? content.elements.compactMap { $0["text"]?.string }.joined(separator: "\n")
      return block["is_error"]?.bool == true ? .failed(text) : .text(text)
    }
    let printed = [content["stdout"]?.string, content["stderr"]?.string].compactMap { $0?.isEmpty == false ? $0 : nil }
    let text = printed.joined(separator: "\n")
    if let code = content["return_code"]?.int, code != 0 { return .failed(text) }
    return .text(text)
  }
}

/// Calls that another vendor ran, in Anthropic's words: a `server_tool_use` block and a block with the result, one pair for
/// each query of a search, which Claude Code counts.
struct AnthropicHostedBlocks {
  /// Begins the ids of calls that Anthropic did not run: they must not come back to it.
  static let idPrefix = "srvtoolu_aor_"

  private let exchangeID: String
  private var count = 0
  private struct Open {
    var id: String
    /// What its vendor calls it.
    var callID: String?
    var isSearch: Bool
  }

  /// The call whose outcome is to come.
  private var open: Open?
  /// Queries of searches told so far.
  private(set) var searches = 0

  init(exchangeID: String) { self.exchangeID = exchangeID }

  /// Whether a block is one of a call that Anthropic did not run.
  static func isForeign(_ block: JSON) -> Bool {
    (block["id"] ?? block["tool_use_id"])?.string?.hasPrefix(idPrefix) ?? false
  }

  /// The blocks of what a part tells; nil where Anthropic has none for it.
  mutating func blocks(of call: HostedCall) -> [JSON]? {
    switch call.action {
    case .search(let queries):
      guard call.outcome == nil, let first = queries.first else { return blocks(of: queries, call.outcome) }
      // What is found will stand with the first query.
      let rest = blocks(of: Array(queries.dropFirst()), nil)
      let id = nextID()
      searches += 1
      open = Open(id: id, callID: call.id, isSearch: true)
      return rest + [Self.use(id, "web_search") { $0.member("query", first) }]
    case .runCode(let code):
      let id = nextID()
      let use = Self.use(id, "code_execution") { $0.member("code", code) }
      if let outcome = call.outcome { return [use, Self.codeResult(id, outcome)] }
      open = Open(id: id, callID: call.id, isSearch: false)
      return [use]
    case .openPage, .other: return nil
    case nil:
      guard let outcome = call.outcome, let open, call.id == nil || open.callID == call.id else { return nil }
      self.open = nil
      return [open.isSearch ? Self.searchResult(open.id, outcome) : Self.codeResult(open.id, outcome)]
    }
  }

  /// What was found stands with the first query, since the vendors do not tell the queries' results apart.
  private mutating func blocks(of queries: [String], _ outcome: HostedCall.Outcome?) -> [JSON] {
    var blocks: [JSON] = []
    for (index, query) in queries.enumerated() {
      let id = nextID()
      blocks.append(Self.use(id, "web_search") { $0.member("query", query) })
      blocks.append(Self.searchResult(id, index == 0 || Self.hasFailed(outcome) ? outcome : nil))
    }
    searches += queries.count
    return blocks
  }

  private mutating func nextID() -> String {
    defer { count &+= 1 }
    return "\(Self.idPrefix)\(exchangeID)_\(count)"
  }

  private static func use(_ id: String, _ name: StaticString, _ input: (inout JSONWriter) -> Void) -> JSON {
    JSON { writer in
      writer.object { writer in
        writer.member("type", static: "server_tool_use")
        writer.member("id", id)
        writer.member("name", static: name)
        writer.object("input", input)
      }
    }
  }

  private static func hasFailed(_ outcome: HostedCall.Outcome?) -> Bool {
    if case .failed = outcome { true } else { false }
  }

  private static func searchResult(_ id: String, _ outcome: HostedCall.Outcome?) -> JSON {
    let pages: [HostedCall.Page] = if case .pages(let found)? = outcome { found } else { [] }
    return JSON { writer in
      writer.object { writer in
        writer.member("type", static: "web_search_tool_result")
        writer.member("tool_use_id", id)
        if hasFailed(outcome) { return writeError("web_search_tool_result_error", to: &writer) }
        writer.array("content") { writer in
          for page in pages {
            writer.object { writer in
              writer.member("type", static: "web_search_result")
              writer.member("url", page.address)
              writer.member("title", page.title ?? page.address)
              writer.member("encrypted_content", static: "")
              writer.nullMember("page_age")
            }
          }
        }
      }
    }
  }

  private static func codeResult(_ id: String, _ outcome: HostedCall.Outcome) -> JSON {
    let (stdout, stderr, status) =
      switch outcome {
      case .text(let text): (text, "", 0)
      case .failed(let text): ("", text, 1)
      case .pages: ("", "", 0)
      }
    return JSON { writer in
      writer.object { writer in
        writer.member("type", static: "code_execution_tool_result")
        writer.member("tool_use_id", id)
        writer.object("content") { writer in
          writer.member("type", static: "code_execution_result")
          writer.member("stdout", stdout)
          writer.member("stderr", stderr)
          writer.member("return_code", status)
          writer.array("content") { _ in }
        }
      }
    }
  }

  private static func writeError(_ type: StaticString, to writer: inout JSONWriter) {
    writer.object("content") { writer in
      writer.member("type", static: type)
      writer.member("error_code", static: "unavailable")
    }
  }
}
