import NIOHTTP1
import Providers

/// Takes credentials out of what is kept or shown.
struct Masking: Sendable {
  /// Secrets of this exchange, longest first, so that none survives inside another.
  private let secrets: [[UInt8]]

  init(secrets: [String]) {
    self.secrets = Set(secrets).map { Array($0.utf8) }.filter { $0.count >= 4 }.sorted { $0.count > $1.count }
  }

  /// `text` with every secret replaced.
  func text(_ text: String) -> String {
    // Compared as bytes: as characters, a secret would hide behind a combining mark that follows it.
    masked(Array(text.utf8)).map { String(decoding: $0, as: UTF8.self) } ?? text
  }

  /// `bytes` with every secret replaced.
  func bytes(_ bytes: [UInt8]) -> [UInt8] { masked(bytes) ?? bytes }

  /// Nil where there is nothing to replace.
  private func masked(_ bytes: [UInt8]) -> [UInt8]? {
    var result: [UInt8]?
    for secret in secrets { result = Self.replace(secret, in: result ?? bytes) ?? result }
    return result
  }

  private static func replace(_ secret: [UInt8], in bytes: [UInt8]) -> [UInt8]? {
    guard let first = secret.first else { return nil }
    var output: [UInt8] = []
    /// Bytes before this are in `output`, or were replaced.
    var done = 0
    var position = 0
    while let hit = bytes[position...].firstIndex(of: first), secret.count <= bytes.count - hit {
      position = hit + 1
      guard bytes[hit..<(hit + secret.count)].elementsEqual(secret) else { continue }
      output += bytes[done..<hit]
      output += "***".utf8
      done = hit + secret.count
      position = done
    }
    guard done > 0 else { return nil }
    output += bytes[done...]
    return output
  }

  /// A header's value, or stars where the header carries a credential.
  func header(_ name: String, _ value: String) -> String {
    Authentication.credentialHeaders.contains(name.lowercased()) || name.lowercased() == "set-cookie"
      ? "***" : text(value)
  }

  /// A path and query without the value of `key=`.
  static func target(_ target: some StringProtocol) -> String {
    guard let mark = target.firstIndex(of: "?") else { return String(target) }
    let pairs = target[target.index(after: mark)...].split(separator: "&", omittingEmptySubsequences: false)
    return target[..<mark] + "?" + pairs.map { $0.hasPrefix("key=") ? "key=***" : String($0) }.joined(separator: "&")
  }
}
