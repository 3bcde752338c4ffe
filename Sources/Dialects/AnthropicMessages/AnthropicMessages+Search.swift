import Conversation
import Wire

/// A search that another vendor ran, in Anthropic's words: a `server_tool_use` block and a `web_search_tool_result` block
/// for each query, which Claude Code counts.
///
/// Format: https://platform.claude.com/docs/en/agents-and-tools/tool-use/web-search-tool
enum AnthropicSearch {
  /// Begins the ids of searches that Anthropic did not run: they must not come back to it.
  static let idPrefix = "srvtoolu_aor_"

  /// The blocks of a search; `count` is how many queries this answer has told before.
  ///
  /// What was found stands with the first query, since the vendors do not tell the queries' results apart.
  static func blocks(of search: WebSearch, exchangeID: String, after count: Int) -> [JSON] {
    var blocks: [JSON] = []
    for (index, query) in search.queries.enumerated() {
      let id = "\(idPrefix)\(exchangeID)_\(count + index)"
      blocks.append(use(id, query))
      blocks.append(result(id, index == 0 ? search.pages : [], hasFailed: search.hasFailed))
    }
    return blocks
  }

  /// Whether a block is one of a search that Anthropic did not run.
  static func isForeign(_ block: JSON) -> Bool {
    (block["id"] ?? block["tool_use_id"])?.string?.hasPrefix(idPrefix) ?? false
  }

  private static func use(_ id: String, _ query: String) -> JSON {
    JSON { writer in
      writer.object { writer in
        writer.member("type", static: "server_tool_use")
        writer.member("id", id)
        writer.member("name", static: "web_search")
        writer.object("input") { $0.member("query", query) }
      }
    }
  }

  private static func result(_ id: String, _ pages: [WebSearch.Page], hasFailed: Bool) -> JSON {
    JSON { writer in
      writer.object { writer in
        writer.member("type", static: "web_search_tool_result")
        writer.member("tool_use_id", id)
        guard !hasFailed else {
          return writer.object("content") { writer in
            writer.member("type", static: "web_search_tool_result_error")
            writer.member("error_code", static: "unavailable")
          }
        }
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
}
