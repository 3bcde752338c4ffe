extension LossPlace {
  /// The path of a list's element, as in `messages[2].content[0]`; without a list's name the path is the list's own.
  ///
  /// Every message and part of a request gets one though hardly any is ever told, so it is made in one go, and no longer
  /// than it must be: short ones take no memory of their own.
  public static func element(_ index: Int, of list: StaticString, in path: String = "") -> String {
    var path = path
    return path.withUTF8 { path in
      list.withUTF8Buffer { list in element(index, of: UnsafeRawBufferPointer(list), in: UnsafeRawBufferPointer(path)) }
    }
  }

  private static func element(
    _ index: Int, of list: UnsafeRawBufferPointer, in path: UnsafeRawBufferPointer
  ) -> String {
    let dot = path.isEmpty || list.isEmpty ? 0 : 1
    let start = path.count + dot + list.count
    var (digits, rest) = (1, index.magnitude)
    while rest >= 10 {
      rest /= 10
      digits += 1
    }
    return String(unsafeUninitializedCapacity: start + digits + 2) { characters in
      let output = UnsafeMutableRawBufferPointer(characters)
      output.copyMemory(from: path)
      if dot == 1 { output[path.count] = UInt8(ascii: ".") }
      UnsafeMutableRawBufferPointer(rebasing: output[(path.count + dot)...]).copyMemory(from: list)
      output[start] = UInt8(ascii: "[")
      var rest = index.magnitude
      for place in stride(from: start + digits, to: start, by: -1) {
        output[place] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest % 10)
        rest /= 10
      }
      output[start + digits + 1] = UInt8(ascii: "]")
      return start + digits + 2
    }
  }
}
