import ArgumentParser
import Conversation
import Foundation

/// The options of every translation: what is read, what is written, and what is told of it.
struct TranslationOptions: ParsableArguments {
  @Option(name: .customLong("from"), help: ArgumentHelp("The protocol of what is read", valueName: "protocol"))
  var source: DialectID?
  @Option(name: .customLong("to"), help: ArgumentHelp("The protocol to write", valueName: "protocol"))
  var target: DialectID?
  @Option(
    help: ArgumentHelp("The upstream, a provider or preset: its quirks count", valueName: "name"),
    completion: CompletionValues.providersAndPresets)
  var provider: String?
  @Option(
    help: ArgumentHelp("The upstream's model in a request, the client's in an answer", valueName: "name"),
    completion: CompletionValues.models)
  var model: String?
  @Flag(help: "Fail when something would be lost") var strict = false
  @Option(
    name: .customLong("losses"), defaultAsFlag: "-",
    help: ArgumentHelp("Write what was lost as JSON to this file; - is standard error", valueName: "file"),
    completion: .file())
  var losses: String?
  @OptionGroup var input: TranslationInput
  @OptionGroup var batch: BatchOptions

  /// Refuses options that do not go together.
  func check() throws {
    if source == nil, !batch.isGiven {
      throw UserFacingError.usage(
        "`--from` is needed: the protocol of what is read",
        hints: [.text("it is one of \(Self.protocols)"), .text("`aor translate detect <file>` tells which")])
    }
    if target == nil {
      throw UserFacingError.usage(
        "`--to` is needed: the protocol to write", hints: [.text("it is one of \(Self.protocols)")])
    }
    try batch.check(input)
  }

  private static let protocols = DialectID.allCases.map(\.rawValue).joined(separator: ", ")
}
