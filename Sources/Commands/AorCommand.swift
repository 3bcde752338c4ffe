import ArgumentParser

/// A command that does something: parse, validate, one domain call, render.
protocol AorCommand: ParsableCommand {
  /// The names `--json` selects from; empty for a command without it.
  static var jsonFields: [String] { get }
  /// The options every command has.
  var global: GlobalOptions { get }
  /// Refuses flags that do not go together, before anything is opened.
  func check() throws
  /// Does the work. Everything it touches comes through the context.
  func run(in context: CommandContext) async throws
}

extension AorCommand {
  static var jsonFields: [String] { [] }
  func check() throws {}
}

/// The options every command has.
///
/// They may also stand before the command's name.
struct GlobalOptions: ParsableArguments {
  @Option(name: .customLong("color"), help: ArgumentHelp("When to use colour", valueName: "when"))
  var color = ColorFlag.auto
  @Flag(name: .customLong("no-pager"), help: "Print long text at once")
  var noPager = false
  @Flag(name: .shortAndLong, help: "Print data and errors only")
  var quiet = false

  /// The values of `--color`.
  enum ColorFlag: String, ExpressibleByArgument, CaseIterable {
    case auto, always, never
  }
}

extension GlobalOptions {
  /// The names that may stand before the command, and whether a value follows.
  static let hoistable: [String: Bool] = ["--color": true, "--no-pager": false, "--quiet": false, "-q": false]
}
