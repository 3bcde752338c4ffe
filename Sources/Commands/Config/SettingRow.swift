import Console
import Store

/// A setting as commands show it.
///
/// Secrets are told to be set, never shown.
struct SettingRow {
  var setting: Setting

  var shownValue: String? {
    if setting.key.isSecret { return setting.origin == .user ? "(secret, set)" : nil }
    return setting.value?.text
  }
}

extension SettingRow: Displayable {
  static let columns: [Table.Column] = [
    .init("SETTING"), .init("VALUE", canShrink: true), .init("ORIGIN"), .init("MEANING", canShrink: true),
  ]

  static var fields: [Field<SettingRow>] {
    [
      Field("key") { .text($0.setting.key.rawValue) },
      Field("value") { $0.setting.key.isSecret ? .null : ($0.setting.value?.output ?? .null) },
      Field("isSet") { .flag($0.setting.origin == .user) },
      Field("isSecret") { .flag($0.setting.key.isSecret) },
      Field("origin") { .text($0.setting.origin.rawValue) },
      Field("type") { .text($0.setting.key.type.rawValue) },
      Field("summary") { .text($0.setting.key.summary) },
    ]
  }

  func cells(in context: CommandContext) -> [Table.Cell] {
    [
      Table.Cell(setting.key.rawValue), Table.Cell(shownValue ?? "-", shownValue == nil ? .faint : .plain),
      Table.Cell(setting.origin.rawValue, setting.origin == .user ? .plain : .faint),
      Table.Cell(setting.key.summary, .faint),
    ]
  }
}

extension SettingValue {
  /// The value with its own JSON type.
  var output: OutputValue {
    switch self {
    case .text(let value): .text(value)
    case .integer(let value), .size(let value): .integer(value)
    case .duration(let value): .number(value)
    case .flag(let value): .flag(value)
    case .list(let values): .texts(values)
    }
  }
}
