/// A verb of `aor translate`: one kind of body, by itself or a tree of them.
protocol TranslatingCommand: AorCommand {
  /// Whether what is read is a client's, not an upstream's.
  static var readsRequests: Bool { get }
  /// The file of a batch's case that is read.
  static var fileRead: String { get }
  /// The file that is written for it.
  var fileWritten: String { get }
  var options: TranslationOptions { get }
  /// Gets ready to translate bodies.
  func work(in context: CommandContext) throws -> Translation.Work
  /// Translates one body; `write` shows what is ready before the end.
  func translate(
    _ translation: Translation, in context: CommandContext, _ write: ([UInt8]) throws -> Void
  ) throws -> Translation.Output
}

extension TranslatingCommand {
  static var jsonFields: [String] { TranslatedCase.fieldNames }

  func check() throws { try options.check() }

  func run(in context: CommandContext) async throws {
    let setup = try TranslationSetup(options, readsRequests: Self.readsRequests, in: context)
    if options.batch.isGiven {
      return try options.batch.run(
        setup, read: Self.fileRead, write: fileWritten, in: context, try work(in: context))
    }
    try setup.show(in: context) { translation, write in try translate(translation, in: context, write) }
  }

  func translate(
    _ translation: Translation, in context: CommandContext, _ write: ([UInt8]) throws -> Void
  ) throws -> Translation.Output {
    let work = try work(in: context)
    return try work(translation, Translation.Input(body: try options.input.read(in: context)))
  }
}
