import ArgumentParser
import Console
import Conversation
import Dialects

/// Tells what a file is.
struct TranslateDetect: AorCommand {
  static let configuration = CommandConfiguration(
    commandName: "detect", abstract: "Tell which protocol a body is in, and what it is",
    discussion: HelpText.make(
      "Names the protocol, and whether the body is a request, a response, a stream or an error. A short body may be the "
        + "same in several protocols; the likeliest comes first.",
      examples: [
        ("What is this?", "aor translate detect body.json"),
        ("Only the protocol, for a script", "aor translate detect --json protocol < body.json"),
      ]))
  static let jsonFields = DetectionRow.fieldNames

  @OptionGroup var input: TranslationInput
  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in context: CommandContext) async throws {
    try output.check(Self.jsonFields)
    let body = try input.read(in: context)
    guard let found = BodyDetection(of: body) else {
      throw UserFacingError(
        "\(input.name) is no request, answer or stream of a protocol aor speaks", hints: [.run("aor help protocols")])
    }
    var details = Details()
    details.add("protocol", found.dialect.rawValue)
    details.add("kind", found.kind.rawValue)
    if !found.others.isEmpty { details.add("or", found.others.map(\.rawValue).joined(separator: ", ")) }
    try output.show(DetectionRow(found: found), details: details, in: context)
  }
}

/// A detection as commands show it.
struct DetectionRow {
  var found: BodyDetection
}

extension DetectionRow: Displayable {
  static let columns: [Table.Column] = [.init("PROTOCOL"), .init("KIND")]

  static var fields: [Field<DetectionRow>] {
    [
      Field("protocol") { .text($0.found.dialect.rawValue) },
      Field("kind") { .text($0.found.kind.rawValue) },
      Field("others") { .texts($0.found.others.map(\.rawValue)) },
    ]
  }

  func cells(in context: CommandContext) -> [Table.Cell] {
    [Table.Cell(found.dialect.rawValue), Table.Cell(found.kind.rawValue)]
  }
}
