import ArgumentParser

/// `aor translate`: the translation core on files and pipes.
struct TranslateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "translate", abstract: "Translate requests, answers and streams between protocols",
    discussion: HelpText.make(
      "The gateway's translation on files and pipes: no server, no network, no key. What is written is what the gateway "
        + "would send; what the other protocol cannot say is counted, and listed with `--losses`.",
      examples: [
        ("Which protocol is this?", "aor translate detect body.json"),
        (
          "See an Anthropic request as DeepSeek would get it",
          "aor translate request --from anthropic --to openai-chat --provider deepseek body.json"
        ),
        (
          "Turn a recorded stream into another protocol's, with what is lost",
          "aor translate stream --from openai-chat --to anthropic --losses - stream.sse"
        ),
      ]),
    subcommands: [TranslateRequest.self, TranslateResponse.self, TranslateStream.self, TranslateDetect.self])
}
