extension LossPlace {
  /// The path of a list's element, as in `messages[2].content[0]`; without a list's name the path is the list's own.
  ///
  /// Every message and part of a request gets one though hardly any is ever told, so it is made in one go.
  public static func element(_ index: Int, of list: StaticString, in path: String = "") -> String {
    var path = path
    return path.withUTF8 { path in
      // A dot, two brackets and the digits of an index.
      String(unsafeUninitializedCapacity: path.count + list.utf8CodeUnitCount + 3 + 20) { output in
        var rest = output[...]
        func append(_ bytes: UnsafeBufferPointer<UInt8>) {
          rest = rest[rest.initialize(fromContentsOf: bytes)...]
        }
        func append(_ byte: UInt8) {
          rest.initializeElement(at: rest.startIndex, to: byte)
          rest = rest.dropFirst()
        }
        append(path)
        list.withUTF8Buffer { list in
          if !path.isEmpty, !list.isEmpty { append(UInt8(ascii: ".")) }
          append(list)
        }
        append(UInt8(ascii: "["))
        var divisor = 1
        while index / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
          append(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: index / divisor % 10))
          divisor /= 10
        }
        append(UInt8(ascii: "]"))
        return rest.startIndex
      }
    }
  }
}
