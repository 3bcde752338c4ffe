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
    var bytes: [UInt8] = []
    try forEachPiece(in: context) { piece in
      bytes += piece
      return true
    }
    return bytes
  }

  /// Hands over what is there as it comes, until `receive` says that it has enough.
  ///
  /// - Throws: `UserFacingError` where there is nothing but white space.
  func forEachPiece(in context: CommandContext, _ receive: ([UInt8]) throws -> Bool) throws {
    var (count, isBlank, goesOn) = (0, true, true)
    func take(_ piece: [UInt8]) throws {
      count += piece.count
      guard count <= Self.limit else { throw UserFacingError("\(name) holds more than \(Self.limit) bytes") }
      if isBlank { isBlank = piece.allSatisfy { $0 <= 0x20 } }
      goesOn = try receive(piece)
    }
    if let file, file != "-" {
      try take(Self.read(path: file))
    } else {
      let input = try standardInput(in: context)
      while goesOn, let piece = try input.readPiece() { try take(piece) }
    }
    if isBlank {
      throw UserFacingError("\(name) is empty", hints: [.text("give a file, or pipe a body into the command")])
    }
  }

  /// What to call it in sentences.
  var name: String { file.flatMap { $0 == "-" ? nil : $0 } ?? "standard input" }

  private func standardInput(in context: CommandContext) throws -> TextInput {
    let input = context.streams.input
    if input.isTerminal {
      guard file == "-" else {
        throw UserFacingError.usage(
          "there is nothing to read: standard input is a terminal",
          hints: [.text("give a file, or pipe a body into the command; `-` reads what you type")])
      }
      context.note("reading what you type; Ctrl-D on a line of its own ends it")
    }
    return input
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
