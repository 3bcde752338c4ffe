/// The little of IP addresses that telling our own listener from an upstream takes.
enum IPAddress {
  /// Whether a text is an IPv6 address, a zone (`%eth0`) allowed.
  static func isIPv6(_ text: Substring) -> Bool { groups(ofIPv6: text) != nil }

  /// Whether a host is a loopback name or address, or the unspecified address, which connects to this machine.
  static func reachesThisMachine(_ host: String) -> Bool {
    var name = host.lowercased()[...]
    if name.last == "." { name.removeLast() }
    if name == "localhost" || name.hasSuffix(".localhost") { return true }
    if let value = ipv4(name) { return isLocal(ipv4: value) }
    guard let groups = groups(ofIPv6: name) else { return false }
    let head = groups.dropLast(2)
    let low = groups.suffix(2).reduce(UInt32(0)) { $0 << 16 | UInt32($1) }
    if head.allSatisfy({ $0 == 0 }) && low <= 1 { return true }
    // `::ffff:127.0.0.1`
    return head.dropLast().allSatisfy { $0 == 0 } && head.last == 0xFFFF && isLocal(ipv4: low)
  }

  /// Whether a host is an address that stands for every address of this machine.
  static func isUnspecified(_ host: String) -> Bool {
    if let value = ipv4(host[...]) { return value == 0 }
    return groups(ofIPv6: host[...])?.allSatisfy { $0 == 0 } ?? false
  }

  private static func isLocal(ipv4 value: UInt32) -> Bool { value >> 24 == 127 || value == 0 }

  /// An IPv4 address in any of the forms resolvers take: `127.0.0.1`, `127.1`, `0x7f000001`, `2130706433`, `0177.0.0.1`.
  private static func ipv4(_ text: Substring) -> UInt32? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...4).contains(parts.count) else { return nil }
    var value: UInt64 = 0
    for (index, part) in parts.enumerated() {
      guard let number = number(part) else { return nil }
      // The last part fills whatever bytes are left.
      let bytes = index == parts.count - 1 ? 5 - parts.count : 1
      guard number < UInt64(1) << (8 * UInt64(bytes)) else { return nil }
      value = value << (8 * UInt64(bytes)) | number
    }
    return UInt32(exactly: value)
  }

  private static func number(_ text: Substring) -> UInt64? {
    guard text.utf8.first.map({ (48...57).contains($0) }) == true else { return nil }
    if text.hasPrefix("0x") || text.hasPrefix("0X") { return UInt64(text.dropFirst(2), radix: 16) }
    return text.count > 1 && text.hasPrefix("0") ? UInt64(text, radix: 8) : UInt64(text)
  }

  private static func groups(ofIPv6 text: Substring) -> [UInt16]? {
    let address = text.prefix { $0 != "%" }
    guard address.contains(":") else { return nil }
    guard let gap = firstDoubleColon(in: address) else {
      let all = parse(address)
      return all?.count == 8 ? all : nil
    }
    guard let head = parse(address[..<gap]), let tail = parse(address[gap...].dropFirst(2)),
      head.count + tail.count < 8
    else { return nil }
    return head + [UInt16](repeating: 0, count: 8 - head.count - tail.count) + tail
  }

  private static func firstDoubleColon(in text: Substring) -> Substring.Index? {
    text.indices.first { text[$0...].hasPrefix("::") }
  }

  private static func parse(_ text: Substring) -> [UInt16]? {
    if text.isEmpty { return [] }
    var groups: [UInt16] = []
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() {
      if index == parts.count - 1, part.contains(".") {
        guard part.split(separator: ".").count == 4, let value = ipv4(part) else { return nil }
        groups += [UInt16(truncatingIfNeeded: value >> 16), UInt16(truncatingIfNeeded: value)]
      } else {
        guard (1...4).contains(part.utf8.count), part.allSatisfy(\.isHexDigit), let value = UInt16(part, radix: 16)
        else { return nil }
        groups.append(value)
      }
    }
    return groups
  }
}

extension EndpointURL {
  /// Whether a request to this URL would come back to our own listener.
  ///
  /// The host is the address the listener is bound to. The local addresses are this machine's, for a listener that is
  /// bound to all of them.
  public func reachesListener(host listener: String, port: Int, localAddresses: [String] = []) -> Bool {
    guard effectivePort == port else { return false }
    let listener = listener.lowercased()
    if host == listener { return true }
    let everywhere = IPAddress.isUnspecified(listener)
    if everywhere, localAddresses.contains(where: { $0.lowercased() == host }) { return true }
    return IPAddress.reachesThisMachine(host) && (everywhere || IPAddress.reachesThisMachine(listener))
  }
}
