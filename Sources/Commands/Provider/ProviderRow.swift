import Console
import Conversation
import Foundation
import Providers

/// A provider as commands show it.
struct ProviderRow {
  var provider: Provider
  var accounts: [Account]

  /// What keeps it from being used, if anything.
  var state: (text: String, tone: Table.Cell.Tone) {
    if !provider.isEnabled { return ("disabled", .warning) }
    let needsAccount = provider.endpoints.contains {
      [.bearer].contains($0.authentication) || $0.authentication.isHeader
    }
    if needsAccount, accounts.isEmpty { return ("no account", .bad) }
    if needsAccount, !accounts.contains(where: \.isEnabled) { return ("accounts disabled", .warning) }
    return ("ready", .good)
  }
}

extension Authentication {
  /// Whether the credential travels in a header of its own.
  var isHeader: Bool { if case .header = self { true } else { false } }

  /// As typed after `--auth`.
  var name: String {
    switch self {
    case .bearer: "bearer"
    case .header(let name): "header:\(name)"
    case .none: "none"
    case .client: "client"
    }
  }
}

extension ProviderRow: Displayable {
  static let columns: [Table.Column] = [
    .init("PROVIDER"), .init("STATE"), .init("PROTOCOLS", canShrink: true), .init("BASE URL", canShrink: true),
    .init("ACCOUNTS", alignment: .trailing), .init("MODELS", alignment: .trailing),
  ]

  static var fields: [Field<ProviderRow>] {
    [
      Field("name") { .text($0.provider.name) },
      Field("preset") { .text($0.provider.preset) },
      Field("enabled") { .flag($0.provider.isEnabled) },
      Field("state") { .text($0.state.text) },
      Field("protocols") { .texts($0.provider.endpoints.map(\.dialect.rawValue)) },
      Field("endpoints") { .list($0.provider.endpoints.map(Self.object)) },
      Field("accounts") { .texts($0.accounts.map(\.name)) },
      Field("models") { .texts($0.provider.models) },
      Field("website") { .text($0.provider.website) },
      Field("proxy") { .text($0.provider.networkProxy.map(Masking.url)) },
      Field("http2") { .flag($0.provider.http2) },
      Field("timeouts") { row in
        let timeouts = row.provider.timeouts
        return .object([
          "connect": .number(timeouts.connect), "firstByte": .number(timeouts.firstByte),
          "idle": .number(timeouts.idle),
        ])
      },
      Field("quirks") { row in
        .object(QuirkSettings.all(of: row.provider.quirks).map { .init(name: $0.key, value: $0.value) })
      },
    ]
  }

  private static func object(_ endpoint: Endpoint) -> OutputValue {
    .object([
      "protocol": .text(endpoint.dialect.rawValue), "baseURL": .text(endpoint.baseURL),
      "auth": .text(endpoint.authentication.name),
    ])
  }

  func cells(in context: CommandContext) -> [Table.Cell] {
    [
      Table.Cell(provider.name), Table.Cell(state.text, state.tone),
      Table.Cell(provider.endpoints.map(\.dialect.rawValue).joined(separator: ", ")),
      Table.Cell(provider.endpoints.first?.baseURL ?? ""), Table.Cell("\(accounts.count)"),
      Table.Cell("\(provider.models.count)"),
    ]
  }
}
