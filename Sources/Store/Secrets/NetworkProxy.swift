import Foundation
import GRDB

/// The address of a network proxy in a column: plain text, or sealed when it carries a password.
enum NetworkProxy {
  /// Checks an address as a user gave it; nil and blank mean none.
  static func validate(_ text: String?) throws -> String? {
    guard let text = text?.trimmingCharacters(in: .whitespaces), !text.isEmpty else { return nil }
    guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(),
      ["http", "https", "socks5", "socks5h"].contains(scheme), let host = parts.host, !host.isEmpty,
      !text.unicodeScalars.contains(where: { $0.value <= 32 || $0.value == 127 })
    else {
      // The address may hold a password: it is not repeated.
      throw StoreError.invalid(
        what: "network proxy", value: "", reason: "be a URL that starts with http://, https://, socks5:// or socks5h://"
      )
    }
    return text
  }

  /// The column's value.
  static func column(
    _ address: String?, as slot: SecretSlot, vault: SecretVault, in db: Database
  ) throws -> DatabaseValue {
    guard let address else { return .null }
    guard address.contains("@") else { return address.databaseValue }
    return try vault.seal(address, as: slot, in: db).databaseValue
  }

  /// The address in clear.
  static func read(
    _ column: DatabaseValue, as slot: SecretSlot, named name: String, vault: SecretVault, in db: Database
  ) throws -> String? {
    switch column.storage {
    case .null: return nil
    case .blob(let sealed): return try vault.open(sealed, as: slot, named: name, in: db)
    default: return String.fromDatabaseValue(column)
    }
  }
}
