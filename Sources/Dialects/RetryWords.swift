/// When to come back, in the words of OpenAI's messages and of vendors who speak its protocols.
enum RetryWords {
  /// The delay in seconds of a "try again in 1h2m3.5s", of "in 7s" and of "in 350ms"; nil where there is none.
  static func delay(in message: String) -> Double? {
    let words = message.prefix(16_384).split(separator: " ")
    for (position, word) in words.enumerated().dropLast() where position > 0 && word == "in" {
      guard words[position - 1] == "again" else { continue }
      var amount = String(words[position + 1])
      if amount.last?.isNumber == true, let unit = words.dropFirst(position + 2).first?.prefix(while: \.isLetter),
        size(of: unit) != nil
      {
        amount += unit
      }
      if let delay = milliseconds(amount[...]) { return delay / 1000 }
    }
    return nil
  }

  /// Milliseconds of amounts with units behind them; an amount without a unit is seconds.
  private static func milliseconds(_ text: Substring) -> Double? {
    var rest = text
    var total: Double?
    while true {
      let digits = rest.prefix { $0.isASCII && $0.isNumber || $0 == "." }
      guard let value = Double(digits.hasSuffix(".") ? digits.dropLast() : digits) else { return total }
      rest = rest.dropFirst(digits.count)
      let unit = rest.prefix { $0.isLetter }
      guard let size = size(of: unit) else { return total }
      rest = rest.dropFirst(unit.count)
      total = (total ?? 0) + value * size
    }
  }

  /// Milliseconds of a unit.
  private static func size(of unit: Substring) -> Double? {
    switch unit {
    case "ms": 1
    case "", "s", "sec", "secs", "second", "seconds": 1000
    case "m", "min", "mins", "minute", "minutes": 60_000
    case "h", "hour", "hours": 3_600_000
    case "d", "day", "days": 86_400_000
    default: nil
    }
  }
}
