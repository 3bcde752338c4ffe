import ArgumentParser
import Conversation
import Foundation
import Routing
import Store

/// Which exchanges to list.
struct LogFilterOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Not older: `30s`, `10m`, `2h`, `7d`, or a date", valueName: "when")) var since: String?
  @Option(help: ArgumentHelp("Older: as with `--since`", valueName: "when")) var until: String?
  @Option(help: "Answered by this provider", completion: CompletionValues.providers) var provider: String?
  @Option(help: "Part of the model asked or sent", completion: CompletionValues.models) var model: String?
  @Option(
    name: [.customLong("group"), .customShort("g")], help: "Asked of this group", completion: CompletionValues.groups)
  var group: String?
  @Option(help: ArgumentHelp("`2xx`, `4xx`, `5xx` …", valueName: "class")) var status: StatusClass?
  @Flag(help: "Only those that failed") var errors = false
  @Option(help: "The way the bodies took") var path: PathChoice?
  @Option(help: "Of this session of an agent") var session: String?

  /// A status class as typed: `4xx`, or just `4`.
  struct StatusClass: ExpressibleByArgument {
    let digit: Int
    init?(argument: String) {
      guard let digit = argument.first?.wholeNumberValue, (1...5).contains(digit),
        ["", "xx"].contains(argument.dropFirst().lowercased())
      else { return nil }
      self.digit = digit
    }
  }

  /// The values of `--path`.
  enum PathChoice: String, ExpressibleByArgument, CaseIterable {
    case verbatim, patched, translated
  }

  func filter(now: Date) throws -> ExchangeFilter {
    var filter = ExchangeFilter()
    filter.since = try since.map { try Moment.parse($0, now: now) }
    filter.until = try until.map { try Moment.parse($0, now: now) }
    filter.provider = provider
    filter.model = model
    filter.group = group
    filter.statusClass = status?.digit
    filter.errorsOnly = errors
    filter.path = path.flatMap { ExchangePath(rawValue: $0.rawValue) }
    filter.session = session
    return filter
  }
}

/// A point in time as typed.
enum Moment {
  /// Milliseconds since 1970 for a span back from now (`2h`), a date (`2026-11-21`) or an RFC 3339 time.
  static func parse(_ text: String, now: Date) throws -> Int64 {
    let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800]
    if let last = text.last, let unit = units[last], let count = Double(text.dropLast()), count >= 0, count < 1e6 {
      return Int64((now.timeIntervalSince1970 - count * unit) * 1000)
    }
    let styles: [Date.ISO8601FormatStyle] = [
      Date.ISO8601FormatStyle(includingFractionalSeconds: true), Date.ISO8601FormatStyle(),
      Date.ISO8601FormatStyle(timeZone: .current).year().month().day(),
    ]
    for style in styles {
      if let date = try? style.parse(text) { return Int64(date.timeIntervalSince1970 * 1000) }
    }
    throw UserFacingError.usage(
      "not a time: \(text)",
      hints: [.text("write a span such as `2h`, a date such as `2026-11-21`, or an RFC 3339 time")])
  }
}
