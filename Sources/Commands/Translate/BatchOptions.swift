import ArgumentParser
import Console
import Conversation
import Dialects
import Foundation
import Wire

/// Translating a whole tree of files in one go.
struct BatchOptions: ParsableArguments {
  @Option(
    name: .customLong("batch"),
    help: ArgumentHelp(
      "Translate every request.json, response.json or stream.sse below this folder", valueName: "folder"),
    completion: .directory)
  var folder: String?
  @Option(help: ArgumentHelp("Where a batch is written, in the same tree", valueName: "folder"), completion: .directory)
  var out: String?
  @OptionGroup var output: OutputOptions

  var isGiven: Bool { folder != nil }

  /// Refuses options that do not go together.
  func check(_ input: TranslationInput) throws {
    try output.check(TranslatedCase.fieldNames)
    guard let folder else {
      if out != nil { throw UserFacingError.usage("`--out` goes with `--batch`") }
      if output.json != nil { throw UserFacingError.usage("`--json` goes with `--batch`") }
      return
    }
    if input.file != nil { throw UserFacingError.usage("`--batch` and a file exclude each other") }
    guard let out else {
      throw UserFacingError.usage("`--out` is needed: the folder to write the translated files to")
    }
    if Self.path(out) == Self.path(folder) {
      throw UserFacingError.usage("`--out` must be another folder than `--batch`")
    }
  }

  private static func path(_ folder: String) -> String {
    URL(fileURLWithPath: folder).standardizedFileURL.resolvingSymlinksInPath().path
  }

  /// Translates every file named `read` and tells of each.
  func run(
    _ setup: TranslationSetup, read: String, write: String, in context: CommandContext, _ work: Translation.Work
  ) throws {
    guard let folder, let out else { return }
    let cases = try Self.cases(below: folder, with: read, besides: out)
    guard !cases.isEmpty else {
      throw UserFacingError("there is no \(read) below \(folder)")
    }
    var rows: [TranslatedCase] = []
    for name in cases {
      let place = BatchPlace(
        source: folder + "/" + name, target: out + (name.isEmpty ? "" : "/" + name), read: read, write: write)
      rows.append(try place.translate(setup, name: name.isEmpty ? "." : name, work))
    }
    try output.show(rows, in: context, empty: "")
    let failed = rows.filter { $0.state == .failed }.count
    let skipped = rows.filter { $0.state == .skipped }.count
    let lost = rows.reduce(0) { $0 + $1.losses }
    let total =
      "\(rows.count - failed - skipped) translated, \(failed) failed, \(skipped) skipped, \(lost) losses"
    guard failed == 0 else { throw UserFacingError(total) }
    context.done(total)
  }

  /// The folders below `folder` that hold such a file, sorted; not those of `out`.
  private static func cases(below folder: String, with file: String, besides out: String) throws -> [String] {
    var isDirectory = ObjCBool(false)
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isDirectory), isDirectory.boolValue else {
      throw UserFacingError("there is no folder \(folder)")
    }
    let root = path(folder)
    let excluded = path(out) + "/"
    guard let walk = FileManager.default.enumerator(atPath: root) else {
      throw UserFacingError("the folder cannot be read: \(folder)")
    }
    var cases: [String] = []
    for case let path as String in walk where path == file || path.hasSuffix("/" + file) {
      if (root + "/" + path).hasPrefix(excluded) { continue }
      cases.append(path == file ? "" : String(path.dropLast(file.count + 1)))
    }
    return cases.sorted()
  }
}

/// The folders of one case of a batch.
struct BatchPlace {
  let source: String
  let target: String
  let read: String
  let write: String

  /// Translates the case; what goes wrong with it is in the row.
  ///
  /// - Throws: `UserFacingError` where nothing can be written.
  func translate(
    _ setup: TranslationSetup, name: String, _ work: Translation.Work
  ) throws -> TranslatedCase {
    var row = TranslatedCase(name: name, file: write)
    let meta = facts()
    guard let dialect = setup.source ?? meta["wire"]?.string.flatMap(DialectID.init) else {
      row.state = .failed
      row.error = "its protocol is not known: name it with `--from`"
      return row
    }
    row.source = dialect
    if let endpoint = meta["endpoint"]?.string, endpoint != "generate" {
      row.state = .skipped
      row.error = "\(endpoint) is no conversation"
      return row
    }
    let result: Translation.Output
    do {
      let status = meta["http_status"]?.int
      let facts = Translation.Input(
        body: try TranslationInput.read(path: source + "/" + read), status: status,
        isStream: FileManager.default.fileExists(atPath: source + "/stream.sse"))
      result = try work(setup.translation(from: dialect, model: meta["model"]?.string), facts)
      if setup.isStrict, let refusal = LossReport.refusal(result.losses) {
        throw Translation.Failure(message: refusal)
      }
    } catch let error as Translation.Failure {
      row.state = .failed
      row.error = error.message
      return row
    } catch let error as UserFacingError {
      row.state = .failed
      row.error = error.message
      return row
    }
    row.losses = result.losses.list.count + result.losses.omitted
    row.errorStatus = result.errorStatus
    try make(target)
    try TranslationSetup.write(result.bytes, to: target + "/" + write)
    if setup.losses != nil {
      let name = (write as NSString).deletingPathExtension + ".losses.json"
      try TranslationSetup.write(Array(LossReport.json(result.losses).utf8), to: target + "/" + name)
    }
    return row
  }

  /// The case's `meta.json`, as corpora of recorded traffic have it; an empty object without.
  private func facts() -> JSON {
    guard let data = FileManager.default.contents(atPath: source + "/meta.json"),
      let json = try? JSON(parsing: Array(data))
    else { return .emptyObject }
    return json
  }

  private func make(_ folder: String) throws {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch let error as CocoaError {
      throw UserFacingError("\(folder) cannot be made", causes: [TranslationInput.reason(error)])
    }
  }
}
