/// What can go wrong between a command and its terminal.
public enum ConsoleError: Error, Sendable, Hashable {
  /// The reader of our output went away (`aor logs | head`). Not a failure: the command ends quietly.
  case brokenPipe
  /// The output could not be written, with the system's reason.
  case writeFailed(String)
  /// Nobody can be asked: an input or output is not a terminal, or prompts are switched off.
  case cannotPrompt
  /// The question got an end of file instead of an answer.
  case noAnswer
  /// The standard input could not be read, or held more than allowed.
  case badInput(String)
}
