import Foundation

/// Programs that tests put on the path.
public enum Script {
  /// Writes an executable file.
  ///
  /// A child does the writing: while a file is open for writing anywhere, also for a moment in a child that another test
  /// is just starting, it cannot be run ("text file busy").
  public static func install(_ text: String, at path: String) throws {
    let input = try ScratchFile()
    try input.write(text)
    let writer = try AorProcess(
      ["-c", "cat > \"$0\" && chmod 755 \"$0\"", path], environment: ["PATH": "/usr/bin:/bin"], executable: "/bin/sh",
      input: input.descriptor)
    guard writer.wait() == 0 else { throw POSIXError(.EIO) }
  }
}
