import ArgumentParser
import Console
import Foundation

/// Where a command gets the bytes from that it looks into.
struct TranslationInput: ParsableArguments {
  /// More than any answer the gateway passes on.
  static let limit = 256 * 1024 * 1024

  @Argument(help: ArgumentHelp("The file to read; - or none is standard input", valueName: "file"), completion: .file())
  var file: String?

  /// Reads all of it.
  ///
  /// - Throws: `UserFacingError` where there is nothing to read.
  func read(in context: CommandContext) throws -> [UInt8] {
    let bytes = try Self.read(file, in: context)
    if bytes.allSatisfy({ $0 <= 0x20 }) {
      throw UserFacingError("\(name) is empty", hints: [.text("give a file, or pipe a body into the command")])
    }
    return bytes
  }

  /// What to call it in sentences.
  var name: String { file.flatMap { $0 == "-" ? nil : $0 } ?? "standard input" }

  private static func read(_ file: String?, in context: CommandContext) throws -> [UInt8] {
    if let file, file != "-" { return try read(path: file) }
    let input = context.streams.input
    if input.isTerminal {
      guard file == "-" else {
        throw UserFacingError.usage(
          "there is nothing to read: standard input is a terminal",
          hints: [.text("give a file, or pipe a body into the command; `-` reads what you type")])
      }
      context.note("reading what you type; Ctrl-D on a line of its own ends it")
    }
    return try input.readBytes(limit: limit)
  }

  /// Reads a file.
  ///
  /// - Throws: `UserFacingError` with the system's reason.
  static func read(path: String) throws -> [UInt8] {
    var isDirectory = ObjCBool(false)
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw UserFacingError("there is no file \(path)", hints: near(path))
    }
    if isDirectory.boolValue {
      throw UserFacingError("\(path) is a directory", hints: [.text("`--batch` translates a tree of files")])
    }
    do {
      let data = try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe)
      guard data.count <= limit else { throw UserFacingError("\(path) holds more than \(limit) bytes") }
      return Array(data)
    } catch let error as CocoaError {
      throw UserFacingError("\(path) cannot be read", causes: [reason(error)])
    }
  }

  static func reason(_ error: CocoaError) -> String {
    (error.underlying as? POSIXError).map { String(cString: strerror($0.code.rawValue)) } ?? error.localizedDescription
  }

  private static func near(_ path: String) -> [UserFacingError.Hint] {
    let url = URL(fileURLWithPath: path)
    let folder = url.deletingLastPathComponent()
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    let known = Suggestion.near(url.lastPathComponent, in: Array(names.sorted().prefix(1000)))
    let prefix = path.dropLast(url.lastPathComponent.count)
    return known.isEmpty ? [] : [.didYouMean(known.map { prefix + $0 })]
  }
}
