import ArgumentParser
import Conversation

/// Translates an upstream's whole answer into what the client is sent.
struct TranslateResponse: AorCommand {
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
  static let jsonFields = TranslatedCase.fieldNames

  @OptionGroup var options: TranslationOptions
  @OptionGroup var answer: AnswerOptions
  @Flag(help: "Write a stream, as for a client that asked for one") var unfold = false
  @Option(help: ArgumentHelp("The HTTP status the answer came with", valueName: "number")) var status = 200
  @OptionGroup var input: TranslationInput
  @OptionGroup var batch: BatchOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func check() throws {
    try options.check(isBatch: batch.isGiven)
    try batch.check(input)
    if !(100...599).contains(status) {
      throw UserFacingError.usage("`--status` must be between 100 and 599: \(status)")
    }
  }

  func run(in context: CommandContext) async throws {
    let setup = try TranslationSetup(options, readsRequests: false, in: context)
    let request = try answer.read(in: context)
    if batch.isGiven {
      let written = unfold ? "stream.sse" : "response.json"
      return try batch.run(setup, read: "response.json", write: written, in: context) {
        one, facts throws(Translation.Failure) in
        try AnswerTranslation(one, request: request)
          .response(facts.body, status: facts.status ?? status, asStream: unfold)
      }
    }
    let body = try input.read(in: context)
    try setup.show(in: context) { one throws(Translation.Failure) in
      try AnswerTranslation(one, request: request).response(body, status: status, asStream: unfold)
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

  func read(in context: CommandContext) throws -> [UInt8]? {
    try request.map(TranslationInput.read(path:))
  }
}
