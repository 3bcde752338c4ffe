import Foundation

/// How points and spans of time are written.
enum Timestamp {
  /// RFC 3339 in UTC with milliseconds.
  static func rfc3339(_ milliseconds: Int64) -> String {
    let seconds = Int(milliseconds / 1000)
    let fraction = Int(milliseconds % 1000)
    var parts = tm()
    var time = time_t(seconds)
    gmtime_r(&time, &parts)
    func padded(_ number: Int, _ width: Int) -> String {
      let digits = String(number)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    let date =
      "\(padded(Int(parts.tm_year) + 1900, 4))-\(padded(Int(parts.tm_mon) + 1, 2))-\(padded(Int(parts.tm_mday), 2))"
    let clock = "\(padded(Int(parts.tm_hour), 2)):\(padded(Int(parts.tm_min), 2)):\(padded(Int(parts.tm_sec), 2))"
    return "\(date)T\(clock).\(padded(fraction, 3))Z"
  }

  /// How long ago, in one unit: `12s ago`, `3h ago`.
  static func relative(_ milliseconds: Int64, now: Date) -> String {
    let seconds = Int64(now.timeIntervalSince1970) - milliseconds / 1000
    switch seconds {
    case ..<0: return "in the future"
    case 0: return "now"
    case ..<60: return "\(seconds)s ago"
    case ..<3600: return "\(seconds / 60)m ago"
    case ..<86_400: return "\(seconds / 3600)h ago"
    default: return "\(seconds / 86_400)d ago"
    }
  }

  /// A span in milliseconds with its unit: `850 ms`, `2.4 s`, `3 min 5 s`.
  static func duration(_ milliseconds: Int64) -> String {
    if milliseconds < 1000 { return "\(milliseconds) ms" }
    if milliseconds < 60_000 { return "\(milliseconds / 1000).\(milliseconds % 1000 / 100) s" }
    return "\(milliseconds / 60_000) min \(milliseconds % 60_000 / 1000) s"
  }

  /// Bytes with their unit, in powers of 1024.
  static func size(_ bytes: Int) -> String {
    let units = ["B", "KiB", "MiB", "GiB"]
    var value = Double(bytes)
    var unit = 0
    while value >= 1024, unit < units.count - 1 {
      value /= 1024
      unit += 1
    }
    let tenths = Int((value * 10).rounded())
    return (unit == 0 || tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)") + " " + units[unit]
  }
}
