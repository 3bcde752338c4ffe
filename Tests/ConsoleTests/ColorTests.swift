import Console
import Testing

struct ColorTests {
  @Test(
    arguments: [
      (.auto, true, [:], true), (.auto, false, [:], false), (.auto, true, ["TERM": "dumb"], false),
      (.auto, true, ["NO_COLOR": "1"], false), (.auto, true, ["NO_COLOR": ""], true),
      (.auto, true, ["NO_COLOR": "1", "CLICOLOR_FORCE": "1"], false), (.auto, true, ["CLICOLOR": "0"], false),
      (.auto, false, ["CLICOLOR_FORCE": "1"], true), (.auto, false, ["CLICOLOR_FORCE": "0"], false),
      (.auto, false, ["CLICOLOR": "0", "CLICOLOR_FORCE": "1"], false), (.always, false, ["NO_COLOR": "1"], true),
      (.never, true, ["CLICOLOR_FORCE": "1"], false),
    ] as [(ColorChoice, Bool, [String: String], Bool)])
  func `the flag beats the environment beats the terminal`(
    choice: ColorChoice, isTerminal: Bool, environment: [String: String], expected: Bool
  ) {
    #expect(choice.isColored(isTerminal: isTerminal, environment: environment) == expected)
  }

  @Test func `without colour text stays as it is`() {
    #expect(Style(isColored: false).bad("error:") == "error:")
    #expect(Style(isColored: true).bad("error:") == "\u{1B}[31merror:\u{1B}[0m")
    #expect(Style(isColored: true).bad("") == "")
  }
}
