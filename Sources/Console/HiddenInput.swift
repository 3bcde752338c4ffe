#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Reads one line from a terminal without showing it.
///
/// While the line is typed, signals that would end the process first give the terminal its echo back.
enum HiddenInput {
  /// Reads up to the line feed; nil at end of file.
  static func readLine(from descriptor: Int32) -> String? {
    var original = termios()
    // A forced terminal (tests) is none: then the line is read as it comes.
    let isTerminal = tcgetattr(descriptor, &original) == 0
    guard isTerminal else { return readBytes(from: descriptor) }
    savedTerminal = original
    savedDescriptor = descriptor
    let previous = restoringSignals.map { ($0, signal($0, restoreTerminalAndDie)) }
    var hidden = original
    hidden.c_lflag &= ~tcflag_t(ECHO)
    // A suspended process would come back with its echo on, in the middle of the secret.
    #if canImport(Darwin)
      let disabled: UInt8 = 0xFF
    #else
      let disabled: UInt8 = 0
    #endif
    withUnsafeMutableBytes(of: &hidden.c_cc) { $0[Int(VSUSP)] = disabled }
    tcsetattr(descriptor, TCSAFLUSH, &hidden)
    defer {
      tcsetattr(descriptor, TCSAFLUSH, &original)
      for (number, handler) in previous { signal(number, handler) }
    }
    return readBytes(from: descriptor)
  }

  private static func readBytes(from descriptor: Int32) -> String? {
    var bytes: [UInt8] = []
    while bytes.count < 64 * 1024 {
      var byte: UInt8 = 0
      let count = read(descriptor, &byte, 1)
      if count < 0, errno == EINTR { continue }
      if count <= 0 { return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self) }
      if byte == 0x0A { break }
      bytes.append(byte)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

private let restoringSignals = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]

// Written before the handlers below are installed, and read by nobody but them; only one hidden line is read at a time,
// because there is one terminal and commands ask their questions one after the other.
private nonisolated(unsafe) var savedTerminal = termios()
private nonisolated(unsafe) var savedDescriptor: Int32 = -1

/// Only calls that are safe inside a signal handler: `tcsetattr`, `signal`, `raise`.
private func restoreTerminalAndDie(_ number: Int32) {
  tcsetattr(savedDescriptor, TCSAFLUSH, &savedTerminal)
  signal(number, SIG_DFL)
  raise(number)
}
