#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The three streams of a process.
///
/// Data goes to `output`, talk to `error`; each is judged a terminal for itself.
public struct StandardStreams: Sendable {
  /// Where answers are read from.
  public var input: TextInput
  /// Where data goes.
  public var output: TextOutput
  /// Where everything else goes.
  public var error: TextOutput

  /// Makes a set of streams.
  public init(input: TextInput, output: TextOutput, error: TextOutput) {
    self.input = input
    self.output = output
    self.error = error
  }

  /// Opens the process's own streams.
  ///
  /// `AOR_FORCE_TTY` makes all three terminals, of that many columns if it is a number, so that tests can see what a
  /// person sees. Writing to a closed pipe becomes an error instead of a signal.
  public static func process(environment: [String: String], color: ColorChoice) -> StandardStreams {
    signal(SIGPIPE, SIG_IGN)
    let forced = environment["AOR_FORCE_TTY"].flatMap { $0.isEmpty || $0 == "0" ? nil : $0 }
    let forcedColumns = forced.flatMap { Int($0) }.flatMap { $0 >= 20 ? $0 : nil }
    func isTerminal(_ descriptor: Int32) -> Bool { forced != nil || isatty(descriptor) == 1 }
    func output(_ descriptor: Int32) -> TextOutput {
      let terminal = isTerminal(descriptor)
      let columns = forcedColumns ?? Self.columns(of: descriptor, environment: environment)
      return TextOutput(
        descriptor: descriptor, isTerminal: terminal, columns: terminal ? columns : nil,
        style: Style(isColored: color.isColored(isTerminal: terminal, environment: environment)))
    }
    return StandardStreams(
      input: TextInput(descriptor: STDIN_FILENO, isTerminal: isTerminal(STDIN_FILENO)),
      output: output(STDOUT_FILENO), error: output(STDERR_FILENO))
  }

  /// The width of the terminal behind a descriptor: what it reports, else `COLUMNS`, else 80.
  static func columns(of descriptor: Int32, environment: [String: String]) -> Int {
    var size = winsize()
    if ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col >= 20 { return Int(size.ws_col) }
    if let columns = environment["COLUMNS"].flatMap({ Int($0) }), columns >= 20 { return columns }
    return 80
  }
}
