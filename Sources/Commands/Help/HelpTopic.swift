import Conversation

/// The pages of `aor help <topic>`.
enum HelpTopic: String, CaseIterable {
  case environment
  case exitCodes = "exit-codes"
  case formatting, routing, protocols

  /// One line for lists.
  var summary: String {
    switch self {
    case .environment: "Environment variables"
    case .exitCodes: "What the exit status means"
    case .formatting: "Tables, JSON, colour and the pager"
    case .routing: "How a model name finds its provider"
    case .protocols: "The wire protocols aor speaks"
    }
  }

  /// The page: paragraphs to wrap, and indented lines to keep.
  var text: String {
    switch self {
    case .environment: Self.environmentText
    case .exitCodes: Self.exitCodesText
    case .formatting: Self.formattingText
    case .routing: Self.routingText
    case .protocols: Self.protocolsText
    }
  }

  private static var environmentText: String {
    func block(_ isOurs: Bool) -> String {
      EnvironmentVariable.allCases.filter { $0.isOurs == isOurs }
        .map { "  \($0.rawValue)\n" + HelpText.wrap($0.summary, columns: 78, indent: "      ") }.joined(separator: "\n")
    }
    return "aor reads these variables. A flag beats a variable, a variable beats a setting (`aor config list`).\n\n"
      + block(true) + "\n\nVariables many programs share:\n\n" + block(false)
  }

  private static var exitCodesText: String {
    ExitStatus.allCases.map { status in
      let number = String(status.rawValue)
      return "  " + number + String(repeating: " ", count: 5 - number.count)
        + HelpText.wrap(status.summary, columns: 78, indent: "       ").dropFirst(7)
    }.joined(separator: "\n")
  }

  private static let formattingText = """
    Data goes to standard output, everything else (what was done, hints, questions, errors) to standard error. On a \
    terminal, lists are aligned tables, cut to its width and shown through a pager when they are long. In a pipe they \
    are lines of tab-separated values without a heading, and nothing is cut.

    `--json` prints all fields, `--json name,models` the named ones; the help of a command lists them. Put it last. \
    Times are RFC 3339 in JSON and relative in tables.

    Colour is used on terminals only. `--color` beats `NO_COLOR`, which beats `CLICOLOR=0`, which beats \
    `CLICOLOR_FORCE`. The pager is `AOR_PAGER`, else `PAGER`, else `less`; `--no-pager` does without.
    """

  private static let routingText = """
    A request comes in under a group (`/oc/<group>/…`, or the default group at the root) and names a model. The first \
    of these that fits decides where it goes:

      1. a route `=name`, exactly
      2. a route whose pattern has a `/`, against the whole name
      3. `<provider>/<model>` of a known provider
      4. a route whose pattern is found inside the name; most literal characters
         win, then the earlier one. `*` and `?` are wildcards
      5. the route `default`

    Letter case counts in 1 and 3 only. Suffixes such as `[1m]` are matched with and without. Targets are tried in \
    order until one answers; after the first byte nothing is tried again. A target `provider/` keeps the model's name, \
    `provider/model` sets it.

    Quote patterns, shells expand `*` otherwise:

      $ aor route set 'claude-*' anthropic/ openrouter/anthropic/claude-sonnet-4.5
      $ aor route set default deepseek/deepseek-chat
      $ aor route explain claude-sonnet-4-5
    """

  private static var protocolsText: String {
    let names = DialectID.allCases.map { dialect in
      "  \(dialect.rawValue)" + String(repeating: " ", count: 18 - dialect.rawValue.utf8.count) + dialect.displayName
    }
    return "aor speaks these protocols, to clients and to providers:\n\n" + names.joined(separator: "\n")
      + """


      A client that speaks a protocol its provider also speaks is served verbatim: the bytes are passed on, only the \
      model's name may change. Where the provider needs small edits the exchange is patched. Otherwise it is \
      translated, and what the other protocol cannot say is listed in `aor logs show`.
      """
  }
}
