import Crypto
import Foundation

/// The file that holds the key of the secrets: 32 random bytes, as base64 or hex, readable by its owner only.
struct SecretKeyFile: Sendable {
  var path: String

  /// The key; nil when there is no file.
  func read() throws -> SymmetricKey? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw StoreError.secretKeyUnusable(path: path, reason: String(cString: strerror(errno)).lowercased())
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw StoreError.secretKeyUnusable(path: path, reason: "is not a file")
    }
    guard status.st_mode & 0o077 == 0 else {
      throw StoreError.secretKeyExposed(path: path, mode: UInt32(status.st_mode & 0o7777))
    }
    var buffer = [UInt8](repeating: 0, count: 512)
    let count = buffer.withUnsafeMutableBytes { Foundation.read(descriptor, $0.baseAddress, $0.count) }
    guard count >= 0, let bytes = Self.decode(buffer.prefix(count)) else {
      throw StoreError.secretKeyUnusable(path: path, reason: "does not hold 32 bytes in base64 or hex")
    }
    return SymmetricKey(data: bytes)
  }

  /// Creates the file with a new key; when another process was faster, returns the key of that one.
  func create() throws -> SymmetricKey {
    let text = SymmetricKey(size: .bits256).withUnsafeBytes { Data($0).base64EncodedString() } + "\n"
    do {
      _ = try PrivateFile.create(path, content: Array(text.utf8))
    } catch let error as StoreError {
      if case .diskFull = error { throw error }
      throw StoreError.secretKeyUnusable(path: path, reason: "cannot be created: \(error.cause)")
    }
    // Read back even when it is ours: what later commands will find is what the secret is sealed with.
    guard let key = try read() else {
      throw StoreError.secretKeyUnusable(path: path, reason: "disappeared while it was created")
    }
    return key
  }

  private static func decode(_ bytes: some Collection<UInt8>) -> [UInt8]? {
    let text = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    if text.utf8.count == 64, let key = hex(text) { return key }
    guard let data = Data(base64Encoded: text), data.count == 32 else { return nil }
    return Array(data)
  }

  private static func hex(_ text: String) -> [UInt8]? {
    let digits = text.compactMap(\.hexDigitValue)
    guard digits.count == text.count else { return nil }
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
  }
}
