import Foundation

/// The package as text: what these tests read instead of running it.
enum SourceTree {
  static let root = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
    .deletingLastPathComponent()
    .deletingLastPathComponent()

  /// One Swift file under Sources.
  struct File: Sendable {
    /// Below Sources, as in `Wire/JSON/JSON.swift`.
    var path: String
    var text: String
    /// The text without comments and without what string literals hold, line for line.
    var code: String
    /// Every identifier and keyword of the code.
    var words: Set<String>
    /// Types the file declares, at any depth.
    var declaredTypes: Set<String> = []
    /// Those and the ones it extends.
    var types: Set<String> = []
    /// Functions, properties and cases it declares, and `init`.
    var members: Set<String> = []

    init(path: String, text: String) {
      self.path = path
      self.text = text
      code = SourceTree.code(of: text)
      let list = code.utf8.split { !SourceTree.isWord($0) }.map { String(Substring($0)) }
      words = Set(list)
      for (word, next) in zip(list, list.dropFirst()) {
        switch word {
        case "struct", "class", "enum", "actor", "protocol": declaredTypes.insert(next)
        case "extension": types.insert(next)
        case "func", "var", "let", "case": members.insert(next)
        default: break
        }
      }
      types.formUnion(declaredTypes)
      if words.contains("init") { members.insert("init") }
    }

    var target: String { String(path.prefix { $0 != "/" }) }
    var name: String { path.split(separator: "/").last.map { String($0.dropLast(".swift".count)) } ?? "" }
    var lines: [Substring] { code.split(separator: "\n", omittingEmptySubsequences: false) }

    /// The modules imported, whatever attribute or access stands before.
    var imports: [String] {
      lines.compactMap { line in
        guard let match = line.firstMatch(of: /^\s*(?:@\w+\s+|\w+\s+)*import\s+(?:\w+\s+)?(\w+)/) else { return nil }
        return String(match.1)
      }
    }
  }

  static let files: [File] = {
    let sources = root.appending(path: "Sources", directoryHint: .isDirectory)
    let paths = FileManager.default.enumerator(atPath: sources.path)?.compactMap { $0 as? String } ?? []
    return paths.filter { $0.hasSuffix(".swift") }.sorted().compactMap { path in
      guard let text = try? String(contentsOf: sources.appending(path: path), encoding: .utf8) else { return nil }
      return File(path: path, text: text)
    }
  }()

  /// A file below the package's root; nil where there is none.
  static func text(of path: String) -> String? {
    try? String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  static func isWord(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "_") || byte >= 0x80 || (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9"))
      || ((byte | 0x20) >= UInt8(ascii: "a") && (byte | 0x20) <= UInt8(ascii: "z"))
  }

  /// Swift text with comments and the insides of string literals blanked out.
  ///
  /// Interpolations are blanked too.
  static func code(of text: String) -> String {
    let bytes = Array(text.utf8)
    var output = bytes
    var position = 0
    func blank(to end: Int) {
      while position < min(end, bytes.count) {
        if bytes[position] != 0x0A { output[position] = 0x20 }
        position += 1
      }
    }
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "/"):
        if bytes[position...].starts(with: "//".utf8) {
          blank(to: bytes[position...].firstIndex(of: 0x0A) ?? bytes.count)
        } else if bytes[position...].starts(with: "/*".utf8) {
          blank(to: endOfComment(bytes, position))
        } else {
          position += 1
        }
      case UInt8(ascii: "\""), UInt8(ascii: "#"):
        if let end = endOfLiteral(bytes, position) {
          // The quotes stay, so that what stands behind them is seen to follow something.
          output[position] = UInt8(ascii: "\"")
          position += 1
          blank(to: end - 1)
          output[end - 1] = UInt8(ascii: "\"")
          position = end
        } else {
          position += 1
        }
      default: position += 1
      }
    }
    return String(decoding: output, as: UTF8.self)
  }

  private static func endOfComment(_ bytes: [UInt8], _ start: Int) -> Int {
    var (depth, end) = (1, start + 2)
    while end < bytes.count, depth > 0 {
      let isOpening = bytes[end...].starts(with: "/*".utf8)
      let isClosing = bytes[end...].starts(with: "*/".utf8)
      depth += isOpening ? 1 : isClosing ? -1 : 0
      end += isOpening || isClosing ? 2 : 1
    }
    return end
  }

  /// The place behind the string literal that begins at `start`; nil if none does.
  private static func endOfLiteral(_ bytes: [UInt8], _ start: Int) -> Int? {
    var hashes = 0
    while start + hashes < bytes.count, bytes[start + hashes] == UInt8(ascii: "#") { hashes += 1 }
    let quote = UInt8(ascii: "\"")
    guard start + hashes < bytes.count, bytes[start + hashes] == quote else { return nil }
    let isLong = bytes[(start + hashes)...].starts(with: [quote, quote, quote])
    let closing =
      [UInt8](repeating: quote, count: isLong ? 3 : 1) + [UInt8](repeating: UInt8(ascii: "#"), count: hashes)
    let escape = [UInt8(ascii: "\\")] + [UInt8](repeating: UInt8(ascii: "#"), count: hashes)
    var position = start + hashes + (isLong ? 3 : 1)
    while position < bytes.count {
      guard bytes[position] == quote || bytes[position] == escape[0] else {
        position += 1
        continue
      }
      if bytes[position...].starts(with: closing) { return position + closing.count }
      guard bytes[position...].starts(with: escape) else {
        position += 1
        continue
      }
      position += escape.count
      guard position < bytes.count, bytes[position] == UInt8(ascii: "(") else {
        position += 1
        continue
      }
      position = endOfInterpolation(bytes, position)
    }
    return bytes.count
  }

  /// The place behind the bracket that closes the one at `start`, literals inside skipped.
  private static func endOfInterpolation(_ bytes: [UInt8], _ start: Int) -> Int {
    var (depth, position) = (0, start)
    while position < bytes.count {
      if let end = endOfLiteral(bytes, position) {
        position = end
        continue
      }
      if bytes[position] == UInt8(ascii: "(") { depth += 1 }
      if bytes[position] == UInt8(ascii: ")") { depth -= 1 }
      position += 1
      if depth == 0 { return position }
    }
    return position
  }
}
