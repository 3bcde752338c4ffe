import Conversation
import Wire

/// Renames members at the root of a JSON object while its text arrives, however it is cut.
///
/// Every other byte stays; what is no JSON object passes as it comes.
struct MemberRenamer: Sendable {
  private enum State: Sendable {
    /// Before the object.
    case outside
    /// Where a member's name may begin.
    case beforeName
    /// Inside a name, which is held.
    case name
    /// Behind the name, in a value or between values.
    case value
  }

  private let names: [ExactName: String]
  private var state = State.outside
  /// Objects and arrays that are open.
  private var depth = 0
  /// Whether the root is an object.
  private var isObject = false
  private var isInString = false
  private var isEscaped = false
  /// The name being read, with its quotes.
  private var held: [UInt8] = []
  /// No name that was given out is longer, escapes included.
  private static let limit = 1024

  /// By the name that arrives, the name to give out.
  init(_ names: [ExactName: String]) { self.names = names }

  /// A whole text.
  static func rename(_ text: String, _ names: [ExactName: String]) -> String {
    var renamer = MemberRenamer(names)
    let beginning = renamer.feed(text)
    return beginning + renamer.rest
  }

  /// What is left where the text ends inside a name.
  var rest: String { String(decoding: held, as: UTF8.self) }

  /// The text that `piece` adds.
  mutating func feed(_ piece: String) -> String {
    var output: [UInt8] = []
    output.reserveCapacity(piece.utf8.count)
    for byte in piece.utf8 { step(byte, &output) }
    return String(decoding: output, as: UTF8.self)
  }

  private mutating func step(_ byte: UInt8, _ output: inout [UInt8]) {
    if state == .name {
      held.append(byte)
      if isEscaped {
        isEscaped = false
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else if byte == UInt8(ascii: "\"") {
        giveName(&output)
        state = .value
      }
      if held.count > Self.limit {
        output += held
        held = []
        (state, isInString) = (.value, true)
      }
      return
    }
    if isInString {
      output.append(byte)
      if isEscaped {
        isEscaped = false
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else if byte == UInt8(ascii: "\"") {
        isInString = false
      }
      return
    }
    switch byte {
    case UInt8(ascii: "\""):
      if state == .beforeName {
        held = [byte]
        state = .name
        return
      }
      isInString = true
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      depth += 1
      if depth == 1, state == .outside {
        isObject = byte == UInt8(ascii: "{")
        state = isObject ? .beforeName : .value
      }
    case UInt8(ascii: "}"), UInt8(ascii: "]"):
      depth = max(0, depth - 1)
    case UInt8(ascii: ","):
      if depth == 1, isObject { state = .beforeName }
    default: break
    }
    output.append(byte)
  }

  private mutating func giveName(_ output: inout [UInt8]) {
    defer { held = [] }
    guard let name = (try? JSON(parsing: held))?.string, let given = names[ExactName(name)] else {
      output += held
      return
    }
    output += JSON.string(given).text.utf8
  }
}
