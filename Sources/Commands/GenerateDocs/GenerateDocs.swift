import ArgumentParser
import Foundation

/// Writes everything that is made from the command definitions: completions, man pages, reference pages.
struct GenerateDocs: AorCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate-docs", abstract: "Write completions, man pages and the reference", shouldDisplay: false)

  @Argument(help: "Where to; the root of a checkout", completion: .directory) var directory: String
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in context: CommandContext) async throws {
    for (path, text) in GeneratedFile.all {
      let target = URL(fileURLWithPath: directory).appendingPathComponent(path)
      try FileManager.default.createDirectory(
        at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: target, options: .atomic)
    }
    context.done("wrote \(GeneratedFile.all.count) files below \(directory)")
  }
}
