import Foundation
import GRDB

/// The settings a user changed, over the defaults.
public struct SettingsRepository: Sendable {
  let core: StoreCore

  /// Every setting in catalog order.
  ///
  /// Values of secrets are left out, so that no key file is needed.
  public func list() throws -> [Setting] {
    try core.file.read { db in
      let stored = try SettingColumns.all(db)
      return try SettingKey.allCases.map { key in
        guard let column = stored[key.rawValue] else {
          return Setting(key: key, value: key.defaultValue, origin: .default)
        }
        if key.isSecret { return Setting(key: key, value: nil, origin: .user) }
        return Setting(key: key, value: try SettingColumns.read(column, key, core.vault, db), origin: .user)
      }
    }
  }

  /// The effective value, secrets in clear; nil when unset and without default.
  public func value(_ key: SettingKey) throws -> SettingValue? {
    try core.file.read { db in
      guard let column = try SettingColumns.all(db)[key.rawValue] else { return key.defaultValue }
      return try SettingColumns.read(column, key, core.vault, db)
    }
  }

  /// Parses and stores a value; returns it as it will be read.
  @discardableResult
  public func set(_ key: SettingKey, _ text: String) throws -> SettingValue {
    let value = try key.parse(text)
    try core.file.write { db in
      // The old value goes first, so that one lost with its key does not forbid its own replacement.
      try db.execute(sql: "DELETE FROM settings WHERE key = ?", arguments: [key.rawValue])
      let column: DatabaseValue =
        if key.isSecret {
          try core.vault.seal(value.text, as: .setting(key: key.rawValue), in: db).databaseValue
        } else {
          value.text.databaseValue
        }
      try db.execute(sql: "INSERT INTO settings (key, value) VALUES (?, ?)", arguments: [key.rawValue, column])
    }
    return value
  }

  /// Goes back to the default; false when it was not set.
  @discardableResult
  public func unset(_ key: SettingKey) throws -> Bool {
    try core.file.write { db in
      try db.execute(sql: "DELETE FROM settings WHERE key = ?", arguments: [key.rawValue])
      return db.changesCount > 0
    }
  }

  /// How long exchanges are kept, as set.
  public func retention() throws -> Retention {
    try core.file.read { db in
      let stored = try SettingColumns.all(db)
      func number(_ key: SettingKey) throws -> Int {
        let value =
          try stored[key.rawValue].map { try SettingColumns.read($0, key, core.vault, db) } ?? key.defaultValue
        return switch value {
        case .integer(let number), .size(let number): number
        default: 0
        }
      }
      return Retention(days: try number(.loggingRetentionDays), maxBytes: try number(.loggingMaxSize))
    }
  }
}

/// One row of `aor config list`.
public struct Setting: Sendable, Hashable {
  /// Where a value comes from.
  public enum Origin: String, Sendable, Hashable {
    case `default`, user
  }

  /// Which setting it is.
  public var key: SettingKey
  /// The effective value; nil when unset, and for secrets.
  public var value: SettingValue?
  /// Whether the user set it.
  public var origin: Origin

  /// Puts a row together.
  public init(key: SettingKey, value: SettingValue?, origin: Origin) {
    self.key = key
    self.value = value
    self.origin = origin
  }
}

/// The column `settings.value`: text, or a blob for secrets.
enum SettingColumns {
  static func all(_ db: Database) throws -> [String: DatabaseValue] {
    var stored: [String: DatabaseValue] = [:]
    for row in try Row.fetchAll(db, sql: "SELECT key, value FROM settings") {
      stored[try row.required("key", of: "a setting")] = row["value"] as DatabaseValue
    }
    return stored
  }

  static func read(_ column: DatabaseValue, _ key: SettingKey, _ vault: SecretVault, _ db: Database) throws
    -> SettingValue
  {
    let text: String
    switch column.storage {
    case .blob(let sealed):
      text = try vault.open(sealed, as: .setting(key: key.rawValue), named: "setting `\(key.rawValue)`", in: db)
    case .string(let plain) where !key.isSecret:
      text = plain
    default:
      throw StoreError.unreadableRow("setting `\(key.rawValue)`", detail: "its value has the wrong type")
    }
    do {
      return try key.parse(text)
    } catch StoreError.invalid(_, _, let reason) {
      throw StoreError.unreadableRow("setting `\(key.rawValue)`", detail: "it must \(reason)")
    }
  }
}
