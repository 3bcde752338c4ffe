import ArgumentParser

extension CommandTree {
  /// The command that was found, with its options, read from the words that also name it.
  ///
  /// The command is the root of the parser here. Parsing from `Aor` would set up the options of every group on the way
  /// once more, and that took a third of a short command's time.
  ///
  /// - Throws: What ArgumentParser says of words it does not understand.
  static func command(_ invocation: Invocation, words: [String]) throws -> any AorCommand {
    guard let type = invocation.type as? any AorCommand.Type else {
      throw UserFacingError("`\(invocation.path.joined(separator: " "))` is no command", status: .bug)
    }
    return try parse(type, JSONOptionWords.fix(Array(words.dropFirst(invocation.path.count - 1)), for: type))
  }

  private static func parse<Command: AorCommand>(_ type: Command.Type, _ words: [String]) throws -> any AorCommand {
    guard let invoked = try InvokedCommand<Command>.parseAsRoot(words) as? InvokedCommand<Command> else {
      throw UserFacingError("`\(CommandTree.name(of: type))` is parsed as another command", status: .bug)
    }
    return invoked.command
  }
}

/// A command as the parser's root.
private struct InvokedCommand<Command: AorCommand>: ParsableCommand {
  // ArgumentParser first asks every root that has no command above it whether it is to print a completion script, by
  // parsing the words twice more. `aor completion` prints them.
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: CommandTree.name(of: Command.self), _superCommandName: CommandTree.name(of: Aor.self))
  }

  @OptionGroup var command: Command
}
