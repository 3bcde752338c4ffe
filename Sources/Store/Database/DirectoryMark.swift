import Foundation

/// The name of a data directory: what tells the gateways of one from those of another.
///
/// Not a secret, but never told to anybody whom it does not concern.
enum DirectoryMark {
  /// Eight characters of `[0-9a-z]`, made at the first call and kept in a file.
  static func read(_ path: String) throws -> String {
    if let mark = try existing(path) { return mark }
    let digits = String(UInt64.random(in: 0 ... .max), radix: 36)
    let fresh = String((String(repeating: "0", count: 13) + digits).suffix(8))
    if try PrivateFile.create(path, content: Array((fresh + "\n").utf8)) { return fresh }
    // Another process was faster.
    guard let mark = try existing(path) else {
      throw StoreError.failed(path: path, detail: "disappeared while it was created")
    }
    return mark
  }

  private static func existing(_ path: String) throws -> String? {
    guard let data = FileManager.default.contents(atPath: path) else { return nil }
    let mark = String(decoding: data.prefix(64), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    let isWhole =
      mark.utf8.count == 8
      && mark.utf8.allSatisfy { byte in
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
      }
    guard isWhole else {
      throw StoreError.failed(path: path, detail: "does not hold eight letters and digits; delete it")
    }
    return mark
  }
}
