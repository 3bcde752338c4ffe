import ArgumentParser

/// The files made from the command definitions, by their path in the repository.
enum GeneratedFile {
  static var all: [(path: String, text: String)] {
    var files = [
      ("completions/aor.bash", CompletionPrint.Shell.bash.script),
      ("completions/_aor", CompletionPrint.Shell.zsh.script),
      ("completions/aor.fish", CompletionPrint.Shell.fish.script), ("docs/reference/cli.md", CommandReference.text),
      ("docs/reference/environment.md", EnvironmentReference.text), ("man/aor.1", ManualPage.root.text),
    ]
    files += ManualPage.ofCommands.map { ("man/\($0.name).1", $0.text) }
    return files.map { (path: $0.0, text: $0.1.hasSuffix("\n") ? $0.1 : $0.1 + "\n") }
  }

  /// Every command people see, with the words that name it, in the order of the help; groups before their verbs.
  static func pages(
    below type: any ParsableCommand.Type = Aor.self, path: [String] = ["aor"]
  ) -> [HelpPage] {
    CommandTree.children(of: type).filter { $0.configuration.shouldDisplay }.flatMap { child in
      let words = path + [CommandTree.name(of: child)]
      return [HelpPage(of: child, path: words)] + pages(below: child, path: words)
    }
  }
}
