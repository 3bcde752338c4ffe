import ArgumentParser
import Conversation

/// Translates an upstream's stream into what the client is sent.
struct TranslateStream: AorCommand {
  static let configuration = CommandConfiguration(
    commandName: "stream", abstract: "Translate an upstream's stream for a client",
    discussion: HelpText.make(
      "Reads a stream of server-sent events (of Gemini also a JSON array) and writes the one the client gets. A stream "
        + "that fails before it says anything becomes an error, one that breaks off ends in the client's own error event. "
        + AnswerOptions.assumptions,
      examples: [
        ("A Chat stream, for an Anthropic client", "aor translate stream --from openai-chat --to anthropic stream.sse"),
        ("The answer it tells, as one", "aor translate stream --fold --from openai-chat --to openai-chat stream.sse"),
        ("Straight from a vendor", "curl -sN … | aor translate stream --from anthropic --to gemini"),
      ]))
  static let jsonFields = TranslatedCase.fieldNames

  @OptionGroup var options: TranslationOptions
  @OptionGroup var answer: AnswerOptions
  @Flag(help: "Write one answer, as for a client that asked for no stream") var fold = false
  @OptionGroup var input: TranslationInput
  @OptionGroup var batch: BatchOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func check() throws {
    try options.check(isBatch: batch.isGiven)
    try batch.check(input)
  }

  func run(in context: CommandContext) async throws {
    let setup = try TranslationSetup(options, readsRequests: false, in: context)
    let request = try answer.read(in: context)
    if batch.isGiven {
      let written = fold ? "response.json" : "stream.sse"
      return try batch.run(setup, read: "stream.sse", write: written, in: context) {
        one, facts throws(Translation.Failure) in
        try AnswerTranslation(one, request: request).stream(facts.body, folded: fold)
      }
    }
    let body = try input.read(in: context)
    try setup.show(in: context) { one throws(Translation.Failure) in
      try AnswerTranslation(one, request: request).stream(body, folded: fold)
    }
  }
}
