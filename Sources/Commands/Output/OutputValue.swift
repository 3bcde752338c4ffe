import Foundation

/// A value of `--json`, its members in a fixed order.
indirect enum OutputValue: Sendable, Hashable {
  case null
  case flag(Bool)
  case integer(Int64)
  case number(Double)
  case text(String)
  case list([OutputValue])
  case object([Member])

  /// A member of an object.
  struct Member: Sendable, Hashable {
    var name: String
    var value: OutputValue
  }

  /// An object from pairs, in their order.
  static func object(_ pairs: KeyValuePairs<String, OutputValue>) -> OutputValue {
    .object(pairs.map { Member(name: $0.key, value: $0.value) })
  }

  static func text(_ value: String?) -> OutputValue { value.map { .text($0) } ?? .null }
  static func integer(_ value: Int?) -> OutputValue { value.map { .integer(Int64($0)) } ?? .null }
  static func number(_ value: Double?) -> OutputValue { value.map { .number($0) } ?? .null }
  static func texts(_ values: [String]) -> OutputValue { .list(values.map { .text($0) }) }
  /// A time given in milliseconds since 1970, as RFC 3339 in UTC.
  static func time(_ milliseconds: Int64?) -> OutputValue {
    milliseconds.map { .text(Timestamp.rfc3339($0)) } ?? .null
  }

  /// The value as JSON text, over several lines or on one.
  func json(pretty: Bool) -> String {
    var text = ""
    write(into: &text, pretty: pretty, indent: 0)
    return text
  }

  private func write(into text: inout String, pretty: Bool, indent: Int) {
    switch self {
    case .null: text += "null"
    case .flag(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    case .number(let value):
      text +=
        value.isFinite ? (value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : "\(value)") : "null"
    case .text(let value): Self.quote(value, into: &text)
    case .list(let values):
      Self.wrap("[", "]", values, into: &text, pretty: pretty, indent: indent) { value, text in
        value.write(into: &text, pretty: pretty, indent: indent + 1)
      }
    case .object(let members):
      Self.wrap("{", "}", members, into: &text, pretty: pretty, indent: indent) { member, text in
        Self.quote(member.name, into: &text)
        text += pretty ? ": " : ":"
        member.value.write(into: &text, pretty: pretty, indent: indent + 1)
      }
    }
  }

  private static func wrap<T>(
    _ open: String, _ close: String, _ items: [T], into text: inout String, pretty: Bool, indent: Int,
    write: (T, inout String) -> Void
  ) {
    text += open
    for (index, item) in items.enumerated() {
      if index > 0 { text += "," }
      if pretty { text += "\n" + String(repeating: "  ", count: indent + 1) }
      write(item, &text)
    }
    if pretty, !items.isEmpty { text += "\n" + String(repeating: "  ", count: indent) }
    text += close
  }

  private static func quote(_ value: String, into text: inout String) {
    text += "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      default:
        // C1 controls would reach a terminal: they are escaped though JSON allows them.
        if scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) {
          let digits = String(scalar.value, radix: 16)
          text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        } else {
          text.unicodeScalars.append(scalar)
        }
      }
    }
    text += "\""
  }
}

extension OutputValue {
  /// The value as a person writes it: text without quotes, lists with commas.
  var plain: String {
    switch self {
    case .text(let text): text
    case .list(let values): values.map(\.plain).joined(separator: ",")
    default: json(pretty: false)
    }
  }
}
