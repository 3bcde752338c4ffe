import ArgumentParser
import Conversation

/// Translates a client's request into what its upstream is sent.
struct TranslateRequest: TranslatingCommand {
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
  static let readsRequests = true
  static let fileRead = "request.json"
  var fileWritten: String { "request.json" }

  @OptionGroup var options: TranslationOptions
  @Flag(help: "The client asks for a stream (Gemini says so in the URL)") var stream = false
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func work(in context: CommandContext) throws -> Translation.Work {
    if options.source == .gemini, options.model == nil, !options.batch.isGiven {
      context.note("no model is named: `unknown` stands in its place")
    }
    return { translation, input throws(Translation.Failure) in
      try translation.request(input.body, isStream: input.isStream || stream)
    }
  }
}
