import ArgumentParser
import Conversation

/// Translates an upstream's stream into what the client is sent.
struct TranslateStream: TranslatingCommand {
  static let configuration = CommandConfiguration(
    commandName: "stream", abstract: "Translate an upstream's stream for a client",
    discussion: HelpText.make(
      "Reads a stream of server-sent events (of Gemini also a JSON array) and writes the one the client gets. A stream "
        + "that fails before it says anything becomes an error, one that breaks off ends in the client's own error event. "
        + "What comes through a pipe is written as it comes, unless `--fold` or `--strict` must see the end first. "
        + AnswerOptions.assumptions,
      examples: [
        ("A Chat stream, for an Anthropic client", "aor translate stream --from openai-chat --to anthropic stream.sse"),
        ("The answer it tells, as one", "aor translate stream --fold --from openai-chat --to openai-chat stream.sse"),
        ("Straight from a vendor", "curl -sN … | aor translate stream --from anthropic --to gemini"),
      ]))
  static let readsRequests = false
  static let fileRead = "stream.sse"
  var fileWritten: String { fold ? "response.json" : "stream.sse" }

  @OptionGroup var options: TranslationOptions
  @OptionGroup var answer: AnswerOptions
  @Flag(help: "Write one answer, as for a client that asked for no stream") var fold = false
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func work(in context: CommandContext) throws -> Translation.Work {
    let request = try answer.read()
    return { translation, input throws(Translation.Failure) in
      var stream = StreamTranslation(try AnswerTranslation(translation, request: request), isFolded: fold)
      let beginning = try stream.feed(input.body)
      var output = try stream.finish()
      output.bytes = beginning + output.bytes
      return output
    }
  }

  func translate(
    _ translation: Translation, in context: CommandContext, _ write: ([UInt8]) throws -> Void
  ) throws -> Translation.Output {
    var stream = StreamTranslation(
      try AnswerTranslation(translation, request: try answer.read()), isFolded: fold)
    try options.input.forEachPiece(in: context) { piece in
      try write(try stream.feed(piece))
      return !stream.isOver
    }
    return try stream.finish()
  }
}
