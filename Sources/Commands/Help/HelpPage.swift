import ArgumentParser
import Console

/// The help of one command or group: summary, usage, examples, commands, arguments, options.
struct HelpPage {
  let type: any ParsableCommand.Type
  let path: [String]
  let description: CommandDescription

  init(of type: any ParsableCommand.Type, path: [String]) {
    self.type = type
    self.path = path
    description = CommandDescription.of(type)
  }

  /// A titled block of terms and what they mean.
  struct Section {
    var title: String
    var rows: [(term: String, meaning: String)]
  }

  /// The usage line without the word `usage`.
  var usage: String {
    let name = path.joined(separator: " ")
    if !CommandTree.children(of: type).isEmpty {
      return name + (type.configuration.defaultSubcommand == nil ? " <command> [options]" : " [command] [options]")
    }
    if let written = type.configuration.usage { return written }
    let words = description.arguments.filter { $0.shouldDisplay && $0.kind == .positional }.map { argument in
      argument.isOptional ? "[\(argument.spelling)]" : argument.spelling
    }
    return ([name] + words + ["[options]"]).joined(separator: " ")
  }

  /// The commands of a group under their titles, else the arguments and options of a command.
  var sections: [Section] {
    CommandTree.children(of: type).isEmpty ? argumentSections : commandSections
  }

  private var commandSections: [Section] {
    func row(_ type: any ParsableCommand.Type) -> (String, String) {
      let configuration = type.configuration
      let alias = configuration.aliases.isEmpty ? "" : " (\(configuration.aliases.joined(separator: ", ")))"
      return (CommandTree.name(of: type) + alias, configuration.abstract)
    }
    let configuration = type.configuration
    var sections = configuration.groupedSubcommands.map { group in
      Section(title: group.name, rows: group.subcommands.filter { $0.configuration.shouldDisplay }.map(row))
    }
    let rest = configuration.ungroupedSubcommands.filter { $0.configuration.shouldDisplay }
    if !rest.isEmpty { sections.append(Section(title: "Commands", rows: rest.map(row))) }
    return sections
  }

  private var argumentSections: [Section] {
    let shown = description.arguments.filter { $0.shouldDisplay && $0.names?.contains { $0.name == "help" } != true }
    func section(_ title: String, _ arguments: [CommandDescription.Argument]) -> Section? {
      arguments.isEmpty ? nil : Section(title: title, rows: arguments.map { ($0.spelling, $0.explanation) })
    }
    let options = shown.filter { $0.kind != .positional }
    let fields = (type as? any AorCommand.Type)?.jsonFields ?? []
    return [
      section("Arguments", shown.filter { $0.kind == .positional }),
      section("Options", options.filter { $0.sectionTitle == nil }),
      fields.isEmpty ? nil : Section(title: "JSON fields", rows: [(fields.joined(separator: ", "), "")]),
      section("Global options", options.filter { $0.sectionTitle != nil }),
    ].compactMap { $0 }
  }

  /// The page for a terminal of that width.
  func text(columns: Int, style: Style) -> String {
    let columns = min(columns, 100)
    let (prose, examples) = HelpText.split(description.discussion)
    var blocks = [HelpText.wrap(description.abstract, columns: columns)]
    if !prose.isEmpty { blocks.append(HelpText.wrap(prose, columns: columns)) }
    blocks.append(style.heading("USAGE") + "\n  " + usage)
    if !description.aliases.isEmpty {
      blocks.append(style.heading("ALIASES") + "\n  " + description.aliases.joined(separator: ", "))
    }
    if !examples.isEmpty { blocks.append(style.heading(HelpText.examplesHeading) + "\n" + examples) }
    blocks += sections.map { style.heading($0.title.uppercased()) + "\n" + rows($0.rows, columns: columns) }
    blocks.append(footer(columns: columns))
    return blocks.joined(separator: "\n\n") + "\n"
  }

  private func rows(_ rows: [(term: String, meaning: String)], columns: Int) -> String {
    let width = min(rows.map { DisplayWidth.of($0.term) }.max() ?? 0, 28)
    let indent = String(repeating: " ", count: width + 4)
    return rows.map { term, meaning in
      if meaning.isEmpty { return HelpText.wrap(term, columns: columns, indent: "  ") }
      let body = HelpText.wrap(meaning, columns: columns, indent: indent)
      if DisplayWidth.of(term) > width { return "  \(term)\n\(body)" }
      let padding = String(repeating: " ", count: width - DisplayWidth.of(term))
      return "  \(term)\(padding)  " + body.dropFirst(indent.count)
    }.joined(separator: "\n")
  }

  private func footer(columns: Int) -> String {
    let text =
      path.count == 1
      ? "Run `aor <command> --help` for one command, `aor help <topic>` for "
        + HelpTopic.allCases.map(\.rawValue).joined(separator: ", ")
      : CommandTree.children(of: type).isEmpty
        ? "See also: `aor help formatting`, `aor help exit-codes`"
        : "Run `\(path.joined(separator: " ")) <command> --help` for one command"
    return HelpText.wrap(text, columns: columns)
  }
}
