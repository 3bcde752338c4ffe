/// An absolute http or https URL, cut into parts.
struct URLParts {
  var scheme: String
  /// In lower case, an IPv6 address without its brackets.
  var host: String
  var port: Int?
  /// Empty or with a leading slash; trailing slashes are taken off.
  var path: String
  var query: String?

  static let maximumLength = 2048

  init(_ text: String) throws(EndpointURLError) {
    var rest = Self.trim(text[...])
    guard !rest.isEmpty else { throw .blank }
    guard rest.utf8.count <= Self.maximumLength else { throw .tooLong }
    guard rest.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value != 0x7F && $0 != "\\" }) else {
      throw .badCharacter
    }
    guard let colon = rest.firstIndex(of: ":"), rest[colon...].hasPrefix("://") else { throw .notAbsolute }
    scheme = rest[..<colon].lowercased()
    guard scheme == "http" || scheme == "https" else { throw .scheme(scheme) }
    rest = rest[colon...].dropFirst(3)
    if let hash = rest.firstIndex(of: "#") { rest = rest[..<hash] }
    if let mark = rest.firstIndex(of: "?") {
      let text = rest[mark...].dropFirst()
      query = text.isEmpty ? nil : String(text)
      rest = rest[..<mark]
    }
    let slash = rest.firstIndex(of: "/") ?? rest.endIndex
    var trailing = rest[slash...]
    while trailing.last == "/" { trailing.removeLast() }
    path = String(trailing)
    (host, port) = try Self.authority(rest[..<slash])
  }

  private static func authority(_ text: Substring) throws(EndpointURLError) -> (String, Int?) {
    guard !text.contains("@") else { throw .userInfo }
    let host: Substring
    var after: Substring
    if text.first == "[" {
      guard let close = text.firstIndex(of: "]") else { throw .badHost(String(text)) }
      host = text[..<close].dropFirst()
      after = text[close...].dropFirst()
      guard IPAddress.isIPv6(host) else { throw .badHost(String(host)) }
    } else {
      let colon = text.firstIndex(of: ":") ?? text.endIndex
      host = text[..<colon]
      after = text[colon...]
      guard !host.isEmpty else { throw .noHost }
      guard host.utf8.allSatisfy(isHostByte) else { throw .badHost(String(host)) }
    }
    if after.isEmpty { return (host.lowercased(), nil) }
    guard after.removeFirst() == ":" else { throw .badHost(String(text)) }
    if after.isEmpty { return (host.lowercased(), nil) }
    guard after.utf8.allSatisfy({ (48...57).contains($0) }), let port = Int(after), (1...65535).contains(port) else {
      throw .badPort(String(after))
    }
    return (host.lowercased(), port)
  }

  /// Letters, digits, `-`, `.`, `_` and whatever is not ASCII (international names).
  private static func isHostByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 48...57, 65...90, 97...122, 45, 46, 95, 0x80...: true
    default: false
    }
  }

  private static func trim(_ text: Substring) -> Substring {
    var text = text
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
  }
}
