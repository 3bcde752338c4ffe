import Console
import Foundation
import Providers

/// An account as commands show it.
struct AccountRow {
  var account: Account
  /// The masked token; nil in lists, which decrypt nothing.
  var token: String?
}

extension AccountRow: Displayable {
  static let columns: [Table.Column] = [
    .init("PROVIDER"), .init("ACCOUNT"), .init("STATE"), .init("PROXY", canShrink: true),
  ]

  static var fields: [Field<AccountRow>] {
    [
      Field("provider") { .text($0.account.provider) },
      Field("name") { .text($0.account.name) },
      Field("enabled") { .flag($0.account.isEnabled) },
      Field("proxy") { .text($0.account.networkProxy.map(Masking.url)) },
    ]
  }

  func cells(in context: CommandContext) -> [Table.Cell] {
    [
      Table.Cell(account.provider), Table.Cell(account.name),
      account.isEnabled ? Table.Cell("enabled", .good) : Table.Cell("disabled", .warning),
      Table.Cell(account.networkProxy.map(Masking.url) ?? ""),
    ]
  }
}

/// How secrets are shown: hardly.
enum Masking {
  /// The first and last few characters of a token that is long enough to have some to spare.
  static func token(_ token: String) -> String {
    guard token.count >= 20 else { return "…" }
    return "\(token.prefix(3))…\(token.suffix(4))"
  }

  /// A URL without its password.
  static func url(_ url: String) -> String {
    guard let scheme = url.range(of: "://"), let at = url[scheme.upperBound...].lastIndex(of: "@") else { return url }
    return "\(url[..<scheme.upperBound])…\(url[at...])"
  }
}
