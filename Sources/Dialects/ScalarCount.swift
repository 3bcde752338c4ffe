extension String {
  /// How many Unicode scalars there are: the bytes that begin one, which need not be decoded to be counted.
  var scalarCount: Int {
    var text = self
    return text.withUTF8 { bytes in
      var count = 0
      for byte in bytes where byte & 0xC0 != 0x80 { count &+= 1 }
      return count
    }
  }
}
