import Console
import Conversation
import Dialects
import Foundation

/// The options of a translation with what they name looked up.
struct TranslationSetup {
  let source: DialectID?
  let target: DialectID
  let isStrict: Bool
  let losses: String?
  private let quirks: QuirkSource
  private let model: String?

  /// Looks the provider up; for requests the upstream is the side that is written.
  init(_ options: TranslationOptions, readsRequests: Bool, in context: CommandContext) throws {
    source = options.source
    guard let target = options.target else { throw UserFacingError.usage("`--to` is needed") }
    self.target = target
    isStrict = options.strict
    losses = options.losses
    model = options.model
    quirks = try options.provider.map { try QuirkSource(named: $0, in: context) } ?? .plain
    let upstream = readsRequests ? target : source
    if let upstream, let spoken = quirks.dialects, !spoken.contains(upstream) {
      throw UserFacingError(
        "`\(quirks.name)` does not speak \(upstream.displayName)",
        hints: [.text("it speaks \(spoken.map(\.rawValue).joined(separator: ", "))")])
    }
  }

  /// The translation from a protocol; `model` where the command line names none.
  func translation(from source: DialectID, model: String? = nil) -> Translation {
    Translation(source: source, target: target, quirks: quirks, model: self.model ?? model)
  }

  /// Translates and shows what comes of it.
  ///
  /// What `work` writes before it ends is shown at once, but for strictness, which must know first that nothing is lost.
  func show(
    in context: CommandContext, _ work: (Translation, _ write: ([UInt8]) throws -> Void) throws -> Translation.Output
  ) throws {
    guard let source else { throw UserFacingError.usage("`--from` is needed") }
    var held: [UInt8] = []
    var last: UInt8?
    func write(_ bytes: [UInt8]) throws {
      guard let end = bytes.last else { return }
      last = end
      try context.streams.output.write(bytes)
    }
    let output: Translation.Output
    do {
      output = try work(translation(from: source)) { bytes in
        if isStrict { held += bytes } else { try write(bytes) }
      }
    } catch let failure as Translation.Failure {
      throw UserFacingError(
        "this cannot be translated", causes: [failure.message],
        hints: [.text("`aor translate detect <file>` tells what a file is")])
    }
    try tell(output.losses, in: context)
    try write(held + output.bytes)
    if context.streams.output.isTerminal, last != 0x0A { try context.print("") }
    if let status = output.errorStatus { context.note("the client gets this as an error, HTTP \(status)") }
    if losses == nil, !output.losses.isEmpty {
      context.note("\(LossReport.count(output.losses)); `--losses -` lists what is lost")
    }
  }

  /// Lists what is lost where that is asked for.
  ///
  /// - Throws: `UserFacingError` where nothing may be lost.
  private func tell(_ found: Losses, in context: CommandContext) throws {
    if let losses {
      let json = LossReport.json(found)
      if losses == "-" {
        try context.streams.error.write(json)
      } else {
        try Self.write(Array(json.utf8), to: losses)
      }
    }
    guard isStrict, let refusal = LossReport.refusal(found) else { return }
    let more = found.list.count - 1
    throw UserFacingError(
      refusal, hints: more > 0 && losses == nil ? [.text("\(more) more; `--losses -` lists them")] : [])
  }

  /// Writes a file.
  ///
  /// - Throws: `UserFacingError` with the system's reason.
  static func write(_ bytes: [UInt8], to path: String) throws {
    do {
      try Data(bytes).write(to: URL(fileURLWithPath: path))
    } catch let error as CocoaError {
      throw UserFacingError("\(path) cannot be written", causes: [TranslationInput.reason(error)])
    }
  }
}
