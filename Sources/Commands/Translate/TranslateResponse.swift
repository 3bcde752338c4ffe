import ArgumentParser
import Conversation

/// Translates an upstream's whole answer into what the client is sent.
struct TranslateResponse: TranslatingCommand {
  static let configuration = CommandConfiguration(
    commandName: "response", abstract: "Translate an upstream's answer for a client",
    discussion: HelpText.make(
      "Reads an answer in the upstream's protocol and writes the one the client gets; an error becomes the client's error. "
        + AnswerOptions.assumptions,
      examples: [
        (
          "An answer of Gemini, for an Anthropic client",
          "aor translate response --from gemini --to anthropic answer.json"
        ),
        ("The same as a stream", "aor translate response --unfold --from gemini --to anthropic answer.json"),
        (
          "With the client's own request, so that its tools get their names back",
          "aor translate response --from openai-chat --to openai-responses --request request.json answer.json"
        ),
      ]))
  static let readsRequests = false
  static let fileRead = "response.json"
  var fileWritten: String { unfold ? "stream.sse" : "response.json" }

  @OptionGroup var options: TranslationOptions
  @OptionGroup var answer: AnswerOptions
  @Flag(help: "Write a stream, as for a client that asked for one") var unfold = false
  @Option(help: ArgumentHelp("The HTTP status the answer came with", valueName: "number")) var status = 200
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func check() throws {
    try options.check()
    if !(100...599).contains(status) {
      throw UserFacingError.usage("`--status` must be between 100 and 599: \(status)")
    }
  }

  func work(in context: CommandContext) throws -> Translation.Work {
    let request = try answer.read()
    return { translation, input throws(Translation.Failure) in
      try AnswerTranslation(translation, request: request)
        .response(input.body, status: input.status ?? status, asStream: unfold)
    }
  }
}

/// What is known of who asked.
struct AnswerOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("The client's request, in the protocol that is written", valueName: "file"), completion: .file())
  var request: String?

  /// For the help of answers and streams.
  static let assumptions =
    "Without `--request`, the client is one that asked for thoughts, reasoning state and usage, and whose tools needed no "
    + "other names. The time is 0 where the upstream tells none, so that the same input gives the same bytes."

  func read() throws -> [UInt8]? {
    try request.map(TranslationInput.read(path:))
  }
}
