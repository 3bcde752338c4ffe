import Foundation
import Routing

/// The kinds of values settings have.
public enum SettingType: String, Sendable, Hashable {
  case text, integer, size, duration, flag, list
}

/// A setting's value.
public enum SettingValue: Sendable, Hashable {
  case text(String)
  case integer(Int)
  /// Bytes.
  case size(Int)
  /// Seconds.
  case duration(Double)
  case flag(Bool)
  case list([String])

  /// The value as `aor config get` prints it and `SettingKey.parse` reads it.
  public var text: String {
    switch self {
    case .text(let text): text
    case .integer(let number): String(number)
    case .size(let bytes): Self.sizeText(bytes)
    case .duration(let seconds): Self.durationText(seconds)
    case .flag(let flag): flag ? "true" : "false"
    case .list(let items): items.joined(separator: ",")
    }
  }

  private static func sizeText(_ bytes: Int) -> String {
    for (unit, shift) in [("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10)]
    where bytes > 0 && bytes % (1 << shift) == 0 {
      return "\(bytes >> shift)\(unit)"
    }
    return String(bytes)
  }

  private static func durationText(_ seconds: Double) -> String {
    if seconds == seconds.rounded() { return "\(Int(seconds))s" }
    return "\(Int((seconds * 1000).rounded()))ms"
  }
}

extension SettingKey {
  /// Reads what a user typed; throws `StoreError.invalid`, which never repeats a secret.
  ///
  /// Sizes take `KiB`, `MiB`, `GiB`, `TiB` (also `K`, `KB`…, all powers of 1024), durations `ms`, `s`, `m`, `h` with
  /// seconds as default, flags `true`, `yes`, `on`, `1` and their opposites, lists are separated by commas.
  public func parse(_ text: String) throws -> SettingValue {
    let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
    let range = entry.range
    switch entry.type {
    case .text:
      return .text(try parseText(text))
    case .integer:
      guard let number = Int(text), range.contains(Double(number)) else {
        throw refusal(text, "be a number from \(Int(range.lowerBound)) to \(Int(range.upperBound))")
      }
      return .integer(number)
    case .size:
      guard let bytes = Self.scaled(text, Self.sizeUnits), range.contains(bytes.rounded()) else {
        let least = SettingValue.size(Int(range.lowerBound)).text
        throw refusal(text, "be a size like 64MiB, from \(least) to \(SettingValue.size(Int(range.upperBound)).text)")
      }
      return .size(Int(bytes.rounded()))
    case .duration:
      guard let seconds = Self.scaled(text, Self.durationUnits), range.contains(seconds) else {
        let least = SettingValue.duration(range.lowerBound).text
        throw refusal(text, "be a time like 10s, from \(least) to \(SettingValue.duration(range.upperBound).text)")
      }
      return .duration((seconds * 1000).rounded() / 1000)
    case .flag:
      switch text.lowercased() {
      case "true", "yes", "on", "1": return .flag(true)
      case "false", "no", "off", "0": return .flag(false)
      default: throw refusal(text, "be true or false")
      }
    case .list:
      let items = text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
      guard !items.contains(where: Self.hasBlankOrControl) else {
        throw refusal(text, "be a list separated by commas, without spaces inside its items")
      }
      return .list(items)
    }
  }

  private func parseText(_ text: String) throws -> String {
    switch self {
    case .networkProxy:
      guard let address = try NetworkProxy.validate(text) else { throw refusal("", "not be empty") }
      return address
    case .toolsUnsupported:
      guard let word = UnsupportedTools(rawValue: text.lowercased()) else { throw refusal(text, "be drop or refuse") }
      return word.rawValue
    case .serverKey:
      guard !text.isEmpty, text.utf8.allSatisfy({ (33...126).contains($0) }) else {
        throw refusal("", "be one line of printable ASCII without spaces")
      }
      return text
    default:
      guard !text.isEmpty, !Self.hasBlankOrControl(text) else { throw refusal(text, "be one word") }
      return text
    }
  }

  private func refusal(_ value: String, _ reason: String) -> StoreError {
    .invalid(what: rawValue, value: isSecret ? "" : value, reason: reason)
  }

  private static func hasBlankOrControl(_ text: String) -> Bool {
    text.unicodeScalars.contains { $0.value <= 32 || $0.value == 127 }
  }

  private static let sizeUnits: [String: Double] = {
    var units: [String: Double] = ["": 1, "b": 1]
    for (letter, shift) in [("k", 10), ("m", 20), ("g", 30), ("t", 40)] {
      for suffix in ["", "b", "ib"] { units[letter + suffix] = Double(1 << shift) }
    }
    return units
  }()

  private static let durationUnits: [String: Double] = ["": 1, "ms": 0.001, "s": 1, "m": 60, "min": 60, "h": 3600]

  /// A decimal number with a unit; nil for anything else.
  private static func scaled(_ text: String, _ units: [String: Double]) -> Double? {
    let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    let unit = text.dropFirst(digits.count).trimmingCharacters(in: .whitespaces).lowercased()
    guard let number = Double(digits), let factor = units[unit] else { return nil }
    return number * factor
  }
}
