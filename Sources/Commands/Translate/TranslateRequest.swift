import ArgumentParser
import Conversation

/// Translates a client's request into what its upstream is sent.
struct TranslateRequest: AorCommand {
  static let configuration = CommandConfiguration(
    commandName: "request", abstract: "Translate a client's request for an upstream",
    discussion: HelpText.make(
      "Reads a request in the client's protocol and writes the body the upstream gets. With one protocol on both sides "
        + "the bytes stay as they are, but for the model's name and the provider's quirks. Gemini names the model in the "
        + "URL: `--model` says it here, and a request for Gemini comes out without.",
      examples: [
        (
          "What would DeepSeek be sent?",
          "aor translate request --from anthropic --to openai-chat --provider deepseek --model deepseek-chat body.json"
        ),
        ("Is anything lost?", "aor translate request --from openai-responses --to gemini --losses - < body.json"),
        (
          "A whole tree of request.json files",
          "aor translate request --from openai-chat --to anthropic --batch recorded --out translated --losses"
        ),
      ]))
  static let jsonFields = TranslatedCase.fieldNames

  @OptionGroup var options: TranslationOptions
  @Flag(help: "The client asks for a stream (Gemini says so in the URL)") var stream = false
  @OptionGroup var input: TranslationInput
  @OptionGroup var batch: BatchOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func check() throws {
    try options.check(isBatch: batch.isGiven)
    try batch.check(input)
  }

  func run(in context: CommandContext) async throws {
    let setup = try TranslationSetup(options, readsRequests: true, in: context)
    if batch.isGiven {
      return try batch.run(setup, read: "request.json", write: "request.json", in: context) {
        one, facts throws(Translation.Failure) in
        try one.request(facts.body, isStream: facts.isStream || stream)
      }
    }
    let body = try input.read(in: context)
    if setup.source == .gemini, options.model == nil {
      context.note("no model is named: `unknown` stands in its place")
    }
    try setup.show(in: context) { one throws(Translation.Failure) in try one.request(body, isStream: stream) }
  }
}
