import Console
import Testing

struct PromptTests {
  private func streams(input: Bool, output: Bool) -> StandardStreams {
    func sink(_ terminal: Bool) -> TextOutput {
      TextOutput(isTerminal: terminal, columns: 80, style: Style(isColored: false)) { _ in }
    }
    return StandardStreams(
      input: TextInput(descriptor: -1, isTerminal: input), output: sink(output), error: sink(true))
  }

  @Test(
    arguments: [
      (true, true, true, true), (false, true, true, false), (true, false, true, false), (true, true, false, false),
    ]
      as [(Bool, Bool, Bool, Bool)])
  func `nobody is asked without a terminal on both sides`(
    input: Bool, output: Bool, allowed: Bool, possible: Bool
  ) throws {
    let prompt = Prompt(streams: streams(input: input, output: output), isAllowed: allowed)
    #expect(prompt.isPossible == possible)
    guard !possible else { return }
    #expect(throws: ConsoleError.cannotPrompt) { try prompt.secret("Token") }
    #expect(throws: ConsoleError.cannotPrompt) { try prompt.confirm("Sure?") }
    #expect(throws: ConsoleError.cannotPrompt) { try prompt.line("Name") }
  }

  @Test(
    arguments: [
      ([:], true), (["PAGER": "cat"], false), (["PAGER": ""], false), (["PAGER": "cat", "AOR_PAGER": "less -R"], true),
      (["AOR_PAGER": ""], false),
    ] as [([String: String], Bool)])
  func `the pager can be chosen and switched off`(environment: [String: String], exists: Bool) {
    #expect((Pager(environment: environment) != nil) == exists)
  }
}
