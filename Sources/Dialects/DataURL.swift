import Conversation

/// Bytes inside an address, as OpenAI's two protocols take images and files.
enum DataURL {
  /// A `data:` URL of base64.
  static func text(_ base64: String, type: String) -> String { "data:\(type);base64,\(base64)" }
}

extension Media {
  /// Media behind an address; a `data:` URL of base64 is taken apart, without the parameters of its type.
  init(address: String) {
    guard address.hasPrefix("data:"), let comma = address.utf8.firstIndex(of: UInt8(ascii: ",")) else {
      self.init(.url(address))
      return
    }
    let head = address[..<comma].dropFirst(5).split(separator: ";")
    guard head.last == "base64" else {
      self.init(.url(address))
      return
    }
    let type = head.count > 1 ? head.first.map(String.init) : nil
    self.init(.base64(String(address[address.utf8.index(after: comma)...])), mediaType: type)
  }
}
