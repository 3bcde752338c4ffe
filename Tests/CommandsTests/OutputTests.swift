import Foundation
import Testing

@testable import Commands

struct OutputTests {
  @Test(
    arguments: [
      (0, "1970-01-01T00:00:00.000Z"), (1_795_219_200_123, "2026-11-21T00:00:00.123Z"),
      (951_782_400_000, "2000-02-29T00:00:00.000Z"), (4_102_444_799_999, "2099-12-31T23:59:59.999Z"),
    ] as [(Int64, String)])
  func `times are RFC 3339 in UTC`(milliseconds: Int64, text: String) {
    #expect(Timestamp.rfc3339(milliseconds) == text)
  }

  @Test(
    arguments: [
      (0, "now"), (59, "59s ago"), (60, "1m ago"), (3599, "59m ago"), (3600, "1h ago"), (86_399, "23h ago"),
      (86_400, "1d ago"), (-5, "in the future"),
    ] as [(Int64, String)])
  func `ages have one unit`(seconds: Int64, text: String) {
    #expect(Timestamp.relative((1000 - seconds) * 1000, now: Date(timeIntervalSince1970: 1000)) == text)
  }

  @Test(
    arguments: [
      ("2h", -7_200_000), ("30s", -30_000), ("7d", -604_800_000), ("1w", -604_800_000), ("1.5h", -5_400_000),
    ] as [(String, Int64)])
  func `spans count back from now`(text: String, offset: Int64) throws {
    let now = Date(timeIntervalSince1970: 1_795_219_200)
    #expect(try Moment.parse(text, now: now) == 1_795_219_200_000 + offset)
  }

  @Test func `dates and times are points in time, anything else is refused`() throws {
    let now = Date(timeIntervalSince1970: 0)
    #expect(try Moment.parse("2026-11-21T00:00:00Z", now: now) == 1_795_219_200_000)
    #expect(try Moment.parse("2026-11-21T01:00:00.500+01:00", now: now) == 1_795_219_200_500)
    for text in ["", "yesterday", "-2h", "2x", "2026-13-01", "h"] {
      #expect(throws: UserFacingError.self, "\(text)") { try Moment.parse(text, now: now) }
    }
  }

  @Test func `JSON keeps the order of members and escapes what must be escaped`() {
    let value: OutputValue = .object([
      "z": .text("a \"quote\"\n\u{1B}[0m\u{9B} größe"),
      "a": .list([.integer(1), .number(1.5), .number(2), .null, .flag(true)]),
      "empty": .list([]),
    ])
    #expect(
      value.json(pretty: false)
        == #"{"z":"a \"quote\"\n\u001b[0m\u009b größe","a":[1,1.5,2,null,true],"empty":[]}"#)
    #expect((try? JSONSerialization.jsonObject(with: Data(value.json(pretty: true).utf8))) != nil)
  }

  @Test(
    arguments: [
      ("all", nil), ("name", ["name"]), ("models,name", ["models", "name"]), (" name , models ", ["name", "models"]),
    ] as [(String, [String]?)])
  func `fields are chosen in the order they are named`(text: String, names: [String]?) throws {
    #expect(try OutputOptions.selection(text, of: ["name", "models"]) == names)
  }

  @Test func `an unknown field is told together with the known ones`() throws {
    let error = try #require(throws: UserFacingError.self) {
      try OutputOptions.selection("nmae", of: ["name", "models"])
    }
    #expect(error.status == .usage)
    #expect(error.hints == [.didYouMean(["name"]), .text("the fields are name, models")])
  }

  @Test(
    arguments: [
      ("", "…"), ("short", "…"), ("sk-ant-0123456789", "…"), ("sk-abcdefghijklmnopqrstuv9f2c", "sk-…9f2c"),
    ] as [(String, String)])
  func `of a token only the ends are shown, of a short one nothing`(token: String, shown: String) {
    #expect(Masking.token(token) == shown)
  }

  @Test(
    arguments: [
      ("socks5://user:secret@host:1", "socks5://…@host:1"), ("http://host:1", "http://host:1"),
      ("nonsense", "nonsense"),
      ("http://u:p@ss@host", "http://…@host"),
    ] as [(String, String)])
  func `a proxy's password is not shown`(url: String, shown: String) {
    #expect(Masking.url(url) == shown)
  }

  @Test(
    arguments: [
      (["--color", "never", "provider", "list"], ["provider", "list", "--color", "never"]),
      (["-q", "--no-pager", "route", "list"], ["route", "list", "-q", "--no-pager"]),
      (["--color=always", "help"], ["help", "--color=always"]), (["provider", "list"], ["provider", "list"]),
      (["--color"], ["--color"]),
      (["--quiet", "config", "set", "--", "-1"], ["config", "set", "--quiet", "--", "-1"]),
    ] as [([String], [String])])
  func `options of every command may stand first`(typed: [String], parsed: [String]) {
    #expect(CommandLineWords(typed).words == parsed)
  }

  @Test(
    arguments: [
      (["provider", "show", "--json", "openai"], ["provider", "show", "--json=all", "openai"]),
      (["provider", "show", "--json", "name", "openai"], ["provider", "show", "--json", "name", "openai"]),
      (["provider", "show", "openai", "--json"], ["provider", "show", "openai", "--json"]),
    ] as [([String], [String])])
  func `a bare --json does not eat the name behind it`(typed: [String], parsed: [String]) {
    #expect(JSONOptionWords.fix(typed, for: ProviderShow.self) == parsed)
  }
}
