import ArgumentParser
import Foundation

/// Finds the command that words name, before their options are parsed: for help, and for telling what was mistyped.
enum CommandTree {
  /// What the words of a command line ask for.
  struct Invocation {
    /// The command itself, or the group when no verb was given.
    var type: any ParsableCommand.Type
    /// The words that name it, `aor` first.
    var path: [String]
    var wantsHelp = false
    /// A program `aor-<word>` to run instead.
    var external: String?
  }

  /// Resolves the words.
  ///
  /// - Throws: `UserFacingError` of status 2 for a word that is no command where one is expected.
  static func resolve(_ words: [String]) throws -> Invocation {
    var invocation = Invocation(type: Aor.self, path: ["aor"])
    let beforeTerminator = words.prefix { $0 != "--" }
    var rest = words[...]
    if words.first == "help" { return try resolveHelp(Array(words.dropFirst())) }
    invocation.wantsHelp = beforeTerminator.contains { $0 == "--help" || $0 == "-h" }
    while let word = rest.first, !word.hasPrefix("-") {
      guard !children(of: invocation.type).isEmpty else { break }
      guard let child = child(of: invocation.type, named: word) else {
        if invocation.path.count == 1, let program = externalProgram(named: word) {
          invocation.external = program
          return invocation
        }
        throw unknownCommand(word, in: invocation)
      }
      invocation.type = child
      invocation.path.append(name(of: child))
      rest.removeFirst()
    }
    // A group without a verb shows its help, unless it has a verb of its own for that.
    if !children(of: invocation.type).isEmpty, invocation.type.configuration.defaultSubcommand == nil {
      if let stray = rest.first, !["--help", "-h", "--"].contains(stray) {
        throw UserFacingError.usage(
          "`\(invocation.path.joined(separator: " "))` needs a command before `\(stray)`",
          hints: [.run("\(invocation.path.joined(separator: " ")) --help")])
      }
      invocation.wantsHelp = true
    } else if !invocation.wantsHelp, let standard = invocation.type.configuration.defaultSubcommand {
      invocation.type = standard
    }
    return invocation
  }

  /// `aor help [command …]` and `aor help <topic>`.
  private static func resolveHelp(_ words: [String]) throws -> Invocation {
    let names = words.filter { !$0.hasPrefix("-") }
    if names.isEmpty { return Invocation(type: Aor.self, path: ["aor"], wantsHelp: true) }
    if names.count == 1, child(of: Aor.self, named: names[0]) == nil {
      // A topic, or a word that is neither: `HelpShow` tells.
      return Invocation(type: HelpShow.self, path: ["aor", "help"])
    }
    var invocation = try resolve(names)
    invocation.wantsHelp = true
    return invocation
  }

  /// The commands of a group, hidden ones included.
  static func children(of type: any ParsableCommand.Type) -> [any ParsableCommand.Type] {
    type.configuration.subcommands
  }

  static func name(of type: any ParsableCommand.Type) -> String {
    type.configuration.commandName ?? ""
  }

  private static func child(of type: any ParsableCommand.Type, named word: String) -> (any ParsableCommand.Type)? {
    children(of: type).first { name(of: $0) == word || $0.configuration.aliases.contains(word) }
  }

  private static func unknownCommand(_ word: String, in invocation: Invocation) -> UserFacingError {
    let group = invocation.path.joined(separator: " ")
    let visible = children(of: invocation.type).filter { $0.configuration.shouldDisplay }
    let near = Suggestion.near(word, in: visible.map(name(of:)))
    return .usage(
      "`\(group)` has no command `\(word)`",
      hints: near.isEmpty ? [.run("\(group) --help")] : [.didYouMean(near.map { "\(group) \($0)" })])
  }

  /// The program `aor-<word>` on `PATH`, as git has it.
  private static func externalProgram(named word: String) -> String? {
    guard !word.contains("/"), let path = ProcessInfo.processInfo.environment[.path] else { return nil }
    for directory in path.split(separator: ":") where directory.hasPrefix("/") {
      let candidate = "\(directory)/aor-\(word)"
      var isDirectory = ObjCBool(false)
      if FileManager.default.isExecutableFile(atPath: candidate),
        FileManager.default.fileExists(atPath: candidate, isDirectory: &isDirectory), !isDirectory.boolValue
      {
        return candidate
      }
    }
    return nil
  }
}
