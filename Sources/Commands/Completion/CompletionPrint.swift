import ArgumentParser

/// Prints the completion script of a shell.
struct CompletionPrint: AorCommand {
  static let configuration = CommandConfiguration(
    commandName: "completion", abstract: "Print a completion script for your shell",
    discussion: HelpText.make(
      "",
      examples: [
        ("bash, in ~/.bashrc", "source <(aor completion bash)"),
        ("zsh, in a directory of your fpath", "aor completion zsh > ~/.zfunc/_aor"),
        ("fish", "aor completion fish > ~/.config/fish/completions/aor.fish"),
      ]))

  @Argument(help: "The shell") var shell: Shell
  @OptionGroup(title: "Global options") var global: GlobalOptions

  /// The shells there are scripts for.
  enum Shell: String, ExpressibleByArgument, CaseIterable {
    case bash, zsh, fish

    /// The whole script.
    var script: String {
      switch self {
      case .bash: Aor.completionScript(for: .bash)
      case .zsh: Aor.completionScript(for: .zsh)
      case .fish: Aor.completionScript(for: .fish)
      }
    }
  }

  func run(in context: CommandContext) async throws {
    try context.print(shell.script)
  }
}
