import CCurl

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The request's headers in libcurl's list form, in memory that is used again by the next request.
///
/// libcurl reads the list until the transfer ends, so one of these belongs to one easy handle.
final class HeaderLines {
  private var text: UnsafeMutablePointer<CChar>
  private var textCapacity = 1024
  private var nodes: UnsafeMutablePointer<curl_slist>
  private var nodeCapacity = 32

  init() {
    text = .allocate(capacity: textCapacity)
    nodes = .allocate(capacity: nodeCapacity)
  }

  deinit {
    text.deallocate()
    nodes.deallocate()
  }

  /// Writes the list and returns its first node.
  ///
  /// What libcurl decides itself (length, encoding, connection) is left out. Throws when a name or value would break
  /// out of its line.
  func fill(_ headers: [(name: String, value: String)]) throws(UpstreamError) -> UnsafeMutablePointer<curl_slist> {
    var needed = 64
    for header in headers { needed &+= header.name.utf8.count &+ header.value.utf8.count &+ 3 }
    if needed > textCapacity {
      text.deallocate()
      textCapacity = needed
      text = .allocate(capacity: needed)
    }
    if headers.count + 2 > nodeCapacity {
      nodes.deallocate()
      nodeCapacity = headers.count + 2
      nodes = .allocate(capacity: nodeCapacity)
    }

    var end = text
    var count = 0
    var hasContentType = false
    for header in headers where !Self.curls.contains(header.name) {
      if !hasContentType, header.name.isHeaderName("content-type") { hasContentType = true }
      let start = end
      guard Self.append(header.name, to: &end, isName: true) else {
        throw .protocolViolation("a header name holds a character that is not allowed there")
      }
      if header.value.isEmpty {
        // `Name:` would remove the header, `Name;` sends it empty.
        Self.append(";", to: &end)
      } else {
        Self.append(":", to: &end)
        guard Self.append(header.value, to: &end, isName: false) else {
          throw .protocolViolation("the value of header `\(header.name)` holds a line break")
        }
      }
      Self.append("\0", to: &end)
      nodes.advanced(by: count).initialize(to: curl_slist(data: start, next: nodes.advanced(by: count + 1)))
      count += 1
    }
    // libcurl waits for `100 Continue` before a large body and names a form type by itself.
    for line in hasContentType ? ["Expect:\0"] : ["Expect:\0", "Content-Type:\0"] {
      let start = end
      for byte in line.utf8 {
        end.pointee = CChar(bitPattern: byte)
        end += 1
      }
      nodes.advanced(by: count).initialize(to: curl_slist(data: start, next: nodes.advanced(by: count + 1)))
      count += 1
    }
    nodes[count - 1].next = nil
    return nodes
  }

  private static func append(_ character: Unicode.Scalar, to end: inout UnsafeMutablePointer<CChar>) {
    end.pointee = CChar(truncatingIfNeeded: character.value)
    end += 1
  }

  private static func append(_ string: String, to end: inout UnsafeMutablePointer<CChar>, isName: Bool) -> Bool {
    var string = string
    var valid = !isName || !string.isEmpty
    string.withUTF8 { bytes in
      for byte in bytes {
        if byte == 0x0a || byte == 0x0d || byte == 0 { valid = false }
        if isName, byte <= 0x20 || byte >= 0x7f || byte == 0x3a || byte == 0x3b { valid = false }
        end.pointee = CChar(bitPattern: byte)
        end += 1
      }
    }
    return valid
  }

  /// What libcurl writes itself.
  private static let curls = HeaderNames([
    "expect", "upgrade", "connection", "keep-alive", "content-length", "accept-encoding", "proxy-connection",
    "transfer-encoding",
  ])
}
