import ArgumentParser
import Console
import Foundation
import Store

/// Changes one setting.
struct ConfigSet: AorCommand {
  static let configuration = CommandConfiguration(
    commandName: "set", abstract: "Change a setting",
    discussion: HelpText.make(
      "Secret settings are read from standard input or asked for, never taken from the command line.",
      examples: [
        ("Listen on another port", "aor config set server.port 9000"),
        ("Require a key from clients", "aor config set server.key --stdin < key.txt"),
        ("Let two hosts in", "aor config set server.allowedHosts gateway.lan,box.local"),
      ]))

  @Argument(help: "The setting", completion: CompletionValues.settings) var key: String
  @Argument(help: "The value; lists are separated by commas") var value: String?
  @Flag(help: "Read the value from standard input") var stdin = false
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func check() throws {
    if stdin, value != nil { throw UserFacingError.usage("a value and `--stdin` exclude each other") }
  }

  func run(in context: CommandContext) async throws {
    let key = try SettingKey.named(key)
    if key.isSecret, value != nil {
      throw UserFacingError.usage(
        "a secret is never taken from the command line", hints: [.run("aor config set \(key.rawValue) --stdin")])
    }
    let stored = try context.store().settings.set(key, text(for: key, in: context))
    try context.configurationChanged()
    context.done(key.isSecret ? "set `\(key.rawValue)`" : "set `\(key.rawValue)` to \(stored.text)")
    if [.serverHost, .serverPort].contains(key), !GatewayStatus.all(in: try context.directories()).isEmpty {
      context.hint("running gateways keep their address; restart them for the new one")
    }
  }

  private func text(for key: SettingKey, in context: CommandContext) throws -> String {
    if stdin {
      let text = try context.streams.input.readAll(limit: 64 * 1024).trimmingCharacters(in: .whitespacesAndNewlines)
      if key.isSecret, text.isEmpty { throw UserFacingError("standard input is empty", status: .needsCredential) }
      return text
    }
    if let value { return value }
    guard context.prompt.isPossible else {
      if key.isSecret {
        throw UserFacingError(
          "a value for `\(key.rawValue)` is needed, and nobody can be asked for it",
          hints: [.run("aor config set \(key.rawValue) --stdin")], status: .needsCredential)
      }
      throw UserFacingError.usage("a value for `\(key.rawValue)` is needed", hints: [.run("aor config set --help")])
    }
    return try key.isSecret
      ? context.prompt.secret("Value of \(key.rawValue)") : context.prompt.line("Value of \(key.rawValue)")
  }
}
