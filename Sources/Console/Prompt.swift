/// Asks the person at the terminal.
///
/// Questions go to standard error, so that they never end up in a pipe.
public struct Prompt: Sendable {
  private let streams: StandardStreams
  /// Whether anybody can be asked.
  public let isPossible: Bool

  /// Makes a prompt.
  ///
  /// Nobody is asked unless both input and output are terminals and `isAllowed` holds.
  public init(streams: StandardStreams, isAllowed: Bool) {
    self.streams = streams
    isPossible = isAllowed && streams.input.isTerminal && streams.output.isTerminal
  }

  /// Asks for a secret, which is not shown while it is typed.
  public func secret(_ question: String) throws(ConsoleError) -> String {
    guard isPossible else { throw .cannotPrompt }
    try streams.error.write("\(DisplayWidth.sanitize(question)): ")
    let answer = HiddenInput.readLine(from: streams.input.descriptor)
    try streams.error.writeLine()
    guard let answer else { throw .noAnswer }
    return answer
  }

  /// Asks a question that is answered by yes or no; an empty answer is no.
  public func confirm(_ question: String) throws(ConsoleError) -> Bool {
    guard isPossible else { throw .cannotPrompt }
    while true {
      let answer = try line("\(question) [y/N]", mark: " ").lowercased()
      if ["y", "yes"].contains(answer) { return true }
      if ["", "n", "no"].contains(answer) { return false }
      try streams.error.writeLine("answer `y` or `n`")
    }
  }

  /// Asks for a line of text.
  public func line(_ question: String, mark: String = ": ") throws(ConsoleError) -> String {
    guard isPossible else { throw .cannotPrompt }
    guard let answer = LineEditor.readLine(prompt: DisplayWidth.sanitize(question) + mark) else {
      try streams.error.writeLine()
      throw .noAnswer
    }
    return answer.trimmingSpaces()
  }
}

extension String {
  func trimmingSpaces() -> String {
    var text = self[...]
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
