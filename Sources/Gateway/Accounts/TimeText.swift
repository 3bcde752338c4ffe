/// Times and durations as headers write them, in milliseconds.
enum TimeText {
  /// A date of HTTP, as in `Sun, 06 Nov 1994 08:49:37 GMT`; the two obsolete forms are not read.
  static func milliseconds(http text: String) -> Int64? {
    let words = text.split(separator: " ")
    guard words.count == 6, words[5] == "GMT", let day = number(words[1], 1...31),
      let month = months.firstIndex(of: String(words[2])), let year = number(words[3], 1970...9999)
    else { return nil }
    let clock = words[4].split(separator: ":", omittingEmptySubsequences: false)
    guard clock.count == 3, let hour = number(clock[0], 0...23), let minute = number(clock[1], 0...59),
      let second = number(clock[2], 0...60)
    else { return nil }
    return (days(year, Int64(month) + 1, day) * 86_400 + hour * 3600 + minute * 60 + second) * 1000
  }

  /// RFC 3339 (`2026-11-21T17:00:00Z`, with a fraction or an offset too), or seconds or milliseconds since 1970.
  static func milliseconds(timestamp text: String) -> Int64? {
    if let number = Double(text) {
      // Smaller ones are durations: in 2001 it was the billionth second.
      guard number >= 1e9, number < 1e14 else { return nil }
      return Int64(exactly: (number < 1e11 ? number * 1000 : number).rounded(.down))
    }
    let bytes = Array(text.utf8)
    func digits(_ range: Range<Int>, _ allowed: ClosedRange<Int64>) -> Int64? {
      guard range.upperBound <= bytes.count else { return nil }
      return number(String(decoding: bytes[range], as: UTF8.self)[...], allowed)
    }
    guard bytes.count >= 20, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
      let year = digits(0..<4, 1970...9999), let month = digits(5..<7, 1...12), let day = digits(8..<10, 1...31),
      let hour = digits(11..<13, 0...23), let minute = digits(14..<16, 0...59), let second = digits(17..<19, 0...60)
    else { return nil }
    let zone = bytes[19...].drop { $0 == UInt8(ascii: ".") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    var offset: Int64 = 0
    if let sign = zone.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
      let start = zone.startIndex
      guard let hours = digits((start + 1)..<(start + 3), 0...23),
        let minutes = digits((start + 4)..<(start + 6), 0...59)
      else { return nil }
      offset = (hours * 3600 + minutes * 60) * (sign == UInt8(ascii: "+") ? 1 : -1)
    }
    return (days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset) * 1000
  }

  /// A number of seconds, or a duration as Go writes them: `6m0s`, `1h2m3s`, `170ms`, `1.5s`.
  static func milliseconds(duration text: String) -> Int64? {
    var rest = text[...]
    var total = 0.0
    repeat {
      let digits = rest.prefix { $0.isASCII && $0.isNumber || $0 == "." }
      guard !digits.isEmpty, let number = Double(String(digits)) else { return nil }
      rest = rest.dropFirst(digits.count)
      let unit = rest.prefix { $0.isLetter }
      rest = rest.dropFirst(unit.count)
      guard let length = units[String(unit)], unit.isEmpty ? rest.isEmpty && total == 0 : true else { return nil }
      total += number * length
    } while !rest.isEmpty
    guard total <= 1e12 else { return nil }
    return Int64(exactly: total.rounded(.up))
  }

  private static let units: [String: Double] = [
    "": 1000, "ns": 0.000_001, "us": 0.001, "µs": 0.001, "ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000,
    "d": 86_400_000,
  ]

  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  private static func number(_ text: Substring, _ allowed: ClosedRange<Int64>) -> Int64? {
    guard !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      let value = Int64(text), allowed.contains(value)
    else { return nil }
    return value
  }

  /// Days since 1970 of a date in the Gregorian calendar.
  private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    // Years begin in March here, so that the leap day is their last.
    let year = month > 2 ? year : year - 1
    let inYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return year * 365 + year / 4 - year / 100 + year / 400 + inYear - 719_468
  }
}
