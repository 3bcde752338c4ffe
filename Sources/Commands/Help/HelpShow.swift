import ArgumentParser
import Console

/// Shows the help of a command, or a topic.
struct HelpShow: AorCommand {
  static let configuration = CommandConfiguration(
    commandName: "help", abstract: "Show help for a command or a topic", usage: "aor help [<command> ... | <topic>]",
    discussion: HelpText.make(
      "The topics are: "
        + HelpTopic.allCases.map { "\($0.rawValue) (\($0.summary.lowercased()))" }.joined(separator: ", "),
      examples: [
        ("See how a model name finds its provider", "aor help routing"),
        ("See the help of a command", "aor help provider add"),
      ]))

  @Argument(
    help: ArgumentHelp("A command, or a topic", valueName: "words"),
    completion: .list(HelpTopic.allCases.map(\.rawValue)))
  var words: [String] = []
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in context: CommandContext) async throws {
    let word = words.first ?? ""
    guard let topic = HelpTopic(rawValue: word) else {
      let known = HelpTopic.allCases.map(\.rawValue) + CommandTree.children(of: Aor.self).map(CommandTree.name(of:))
      let near = Suggestion.near(word, in: known)
      throw UserFacingError.usage(
        "there is no command or help topic `\(word)`",
        hints: near.isEmpty ? [.run("aor help")] : [.didYouMean(near.map { "aor help \($0)" })])
    }
    let columns = min(context.streams.output.columns ?? 80, 100)
    let heading = context.streams.output.style.heading(topic.summary)
    try context.page(heading + "\n\n" + HelpText.wrap(topic.text, columns: columns) + "\n")
  }
}
