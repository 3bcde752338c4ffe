/// Frames events as bytes.
public enum EventStreamWriter {
  /// Appends an event whose data `build` writes as one line of JSON.
  public static func append(
    name: StaticString?, to output: inout [UInt8], _ build: (inout JSONWriter) -> Void
  ) {
    if let name {
      output.append(contentsOf: "event: ".utf8)
      name.withUTF8Buffer { output.append(contentsOf: $0) }
      output.append(0x0A)
    }
    output.append(contentsOf: "data: ".utf8)
    JSONWriter.append(to: &output, build)
    output.append(0x0A)
    output.append(0x0A)
  }

  /// Appends an event; data of several lines becomes several fields, read back with line feeds between.
  ///
  /// Line ends in the name are left out.
  public static func append(_ event: ServerSentEvent, to output: inout [UInt8]) {
    if let name = event.name {
      output.append(contentsOf: "event: ".utf8)
      output.append(contentsOf: name.utf8.filter { $0 != 0x0A && $0 != 0x0D })
      output.append(0x0A)
    }
    for line in event.data.split(omittingEmptySubsequences: false, whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
      output.append(contentsOf: "data: ".utf8)
      output.append(contentsOf: line)
      output.append(0x0A)
    }
    output.append(0x0A)
  }

  /// Appends a comment, which every client ignores.
  public static func appendComment(_ text: StaticString, to output: inout [UInt8]) {
    output.append(contentsOf: ": ".utf8)
    text.withUTF8Buffer { output.append(contentsOf: $0) }
    output.append(0x0A)
    output.append(0x0A)
  }
}
