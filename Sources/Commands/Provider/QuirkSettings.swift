import Conversation
import Foundation

/// Reads and changes quirks by name, for `aor provider edit --set` and `--json quirks`.
///
/// The names are the members of `Quirks` as it is stored, so that a new quirk needs no line here.
enum QuirkSettings {
  /// Every quirk with its value, by name.
  static func all(of quirks: Quirks) -> [(key: String, value: OutputValue)] {
    members(of: quirks).sorted { $0.key < $1.key }.map { ($0.key, value($0.value)) }
  }

  /// The quirks that are not as the protocol documents it.
  static func departures(of quirks: Quirks) -> [(key: String, value: OutputValue)] {
    let standard = Dictionary(uniqueKeysWithValues: all(of: Quirks()).map { ($0.key, $0.value) })
    return all(of: quirks).filter { standard[$0.key] != $0.value }
  }

  /// Changes one quirk.
  ///
  /// - Throws: `UserFacingError` of status 2 for an unknown name or a value of the wrong kind.
  static func set(_ key: String, _ text: String, in quirks: inout Quirks) throws {
    var members = members(of: quirks)
    guard let current = members[key] else {
      let known = members.keys.sorted()
      throw UserFacingError.usage(
        "there is no quirk `\(key)`",
        hints: [.didYouMean(Suggestion.near(key, in: known)), .text("the quirks are \(known.joined(separator: ", "))")])
    }
    let new: any Sendable
    switch value(current) {
    case .flag:
      let flags = ["true": true, "on": true, "yes": true, "false": false, "off": false, "no": false]
      guard let flag = flags[text.lowercased()] else { throw refusal(key, text, "takes `true` or `false`") }
      new = flag
    case .integer:
      // What starts at 0 means by it that nothing is known.
      let isUnknownAtFirst = all(of: Quirks()).contains { $0.key == key && $0.value == .integer(0) }
      guard let number = Int(text), number > 0 || number == 0 && isUnknownAtFirst else {
        throw refusal(key, text, "takes a number above 0")
      }
      new = number
    case .list: new = text.split(separator: ",").map(String.init)
    default: new = text
    }
    members[key] = new
    do {
      quirks = try JSONDecoder().decode(Quirks.self, from: JSONSerialization.data(withJSONObject: members))
    } catch {
      throw refusal(key, text, "does not take this value; its present one is `\(current)`")
    }
  }

  private static func refusal(_ key: String, _ text: String, _ reason: String) -> UserFacingError {
    .usage("the quirk `\(key)` \(reason): \(text)")
  }

  private static func members(of quirks: Quirks) -> [String: Any] {
    guard let data = try? JSONEncoder().encode(quirks) else { return [:] }
    return (try? JSONSerialization.jsonObject(with: data)) as? [String: Any] ?? [:]
  }

  private static func value(_ any: Any) -> OutputValue {
    // `NSNumber` is both a flag and a number; only its Objective-C type tells which.
    if let number = any as? NSNumber {
      return String(cString: number.objCType) == "c" || String(cString: number.objCType) == "B"
        ? .flag(number.boolValue) : .integer(number.int64Value)
    }
    if let text = any as? String { return .text(text) }
    return .list((any as? [Any] ?? []).map(value))
  }
}
