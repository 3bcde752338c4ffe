import Foundation
import GRDB
import Providers

/// Credentials of providers.
///
/// Secrets go in and, but for the snapshot, never come out.
public struct AccountRepository: Sendable {
  let core: StoreCore

  /// The accounts of one provider, or of all, in the order to try them.
  ///
  /// A network proxy whose password cannot be decrypted is left out rather than failing the list.
  public func list(provider: String? = nil) throws -> [Account] {
    try core.file.read { db in
      let wanted = try provider.map { try ProviderRow.id(of: $0, in: db) }
      return try AccountRow.all(db, providerID: wanted).map { opened($0, db) }
    }
  }

  /// The account of that name, or nil; throws when there is no such provider.
  public func find(_ name: String, provider: String) throws -> Account? {
    try list(provider: provider).first { $0.name.lowercased() == name.lowercased() }
  }

  /// Adds an account; throws `StoreError.alreadyExists` when the provider has one of that name.
  @discardableResult
  public func add(
    provider: String, name: String = "default", token: String, networkProxy: String? = nil
  ) throws -> Account {
    try core.file.write { db in
      let providerID = try ProviderRow.id(of: provider, in: db)
      return try insert(providerID: providerID, name: name, token: token, networkProxy: networkProxy, db)
    }
  }

  /// Replaces an account's token; adds the account when it is missing.
  @discardableResult
  public func setToken(provider: String, name: String = "default", token: String) throws -> Account {
    let token = try ProviderRules.checkToken(token)
    return try core.file.write { db in
      let providerID = try ProviderRow.id(of: provider, in: db)
      guard let row = try AccountRow.all(db, providerID: providerID).first(where: { $0.isNamed(name) }) else {
        return try insert(providerID: providerID, name: name, token: token, networkProxy: nil, db)
      }
      // The old secret goes first, so that one lost with its key does not forbid its own replacement.
      try db.execute(sql: "UPDATE accounts SET secret = x'' WHERE id = ?", arguments: [row.account.id])
      let secret = try core.vault.seal(token, as: .accountToken(id: row.account.id), in: db)
      try db.execute(sql: "UPDATE accounts SET secret = ? WHERE id = ?", arguments: [secret, row.account.id])
      return opened(row, db)
    }
  }

  /// Renames an account.
  public func rename(_ name: String, provider: String, to newName: String) throws {
    try ProviderRules.checkName(newName, what: "account name", allowsDot: true)
    try change(name, provider: provider) { row, db in
      let others = try AccountRow.all(db, providerID: row.providerID)
      if let taken = others.first(where: { $0.isNamed(newName) && $0.account.id != row.account.id }) {
        throw StoreError.alreadyExists(.account, name: taken.account.name)
      }
      try db.execute(sql: "UPDATE accounts SET name = ? WHERE id = ?", arguments: [newName, row.account.id])
    }
  }

  /// Takes an account out of service, or back in.
  public func setEnabled(_ name: String, provider: String, _ isEnabled: Bool) throws {
    try change(name, provider: provider) { row, db in
      try db.execute(sql: "UPDATE accounts SET is_enabled = ? WHERE id = ?", arguments: [isEnabled, row.account.id])
    }
  }

  /// Sets the network proxy of an account's traffic; nil follows the provider's.
  public func setNetworkProxy(_ name: String, provider: String, _ proxy: String?) throws {
    let proxy = try NetworkProxy.validate(proxy)
    try change(name, provider: provider) { row, db in try writeProxy(proxy, of: row.account.id, db) }
  }

  /// Removes an account and its secret.
  public func remove(_ name: String, provider: String) throws {
    try change(name, provider: provider) { row, db in
      try db.execute(sql: "DELETE FROM accounts WHERE id = ?", arguments: [row.account.id])
    }
  }

  /// Adds an account inside a transaction.
  func insert(
    providerID: String, name: String, token: String, networkProxy: String?, _ db: Database
  ) throws -> Account {
    try ProviderRules.checkName(name, what: "account name", allowsDot: true)
    let token = try ProviderRules.checkToken(token)
    let proxy = try NetworkProxy.validate(networkProxy)
    if let taken = try AccountRow.all(db, providerID: providerID).first(where: { $0.isNamed(name) }) {
      throw StoreError.alreadyExists(.account, name: taken.account.name)
    }
    let id = StoreCore.newID()
    try db.execute(
      sql: """
        INSERT INTO accounts (id, provider_id, position, name, secret, is_enabled)
        VALUES (?, ?, (SELECT ifnull(max(position), 0) + 1 FROM accounts WHERE provider_id = ?), ?, ?, 1)
        """,
      arguments: [
        id, providerID, providerID, name, try core.vault.seal(token, as: .accountToken(id: id), in: db),
      ])
    if let proxy { try writeProxy(proxy, of: id, db) }
    let provider = try String.fetchOne(db, sql: "SELECT name FROM providers WHERE id = ?", arguments: [providerID])
    return Account(id: id, provider: provider ?? "", name: name, networkProxy: proxy)
  }

  private func change(_ name: String, provider: String, _ body: (AccountRow, Database) throws -> Void) throws {
    try core.file.write { db in
      let rows = try AccountRow.all(db, providerID: try ProviderRow.id(of: provider, in: db))
      guard let row = rows.first(where: { $0.isNamed(name) }) else {
        let near = NearestNames.of(name, in: rows.map(\.account.name))
        throw StoreError.notFound(.account, name: name, near: near)
      }
      try body(row, db)
    }
  }

  private func writeProxy(_ proxy: String?, of id: String, _ db: Database) throws {
    try db.execute(sql: "UPDATE accounts SET network_proxy = NULL WHERE id = ?", arguments: [id])
    let column = try NetworkProxy.column(proxy, as: .accountProxy(id: id), vault: core.vault, in: db)
    try db.execute(sql: "UPDATE accounts SET network_proxy = ? WHERE id = ?", arguments: [column, id])
  }

  private func opened(_ row: AccountRow, _ db: Database) -> Account {
    var account = row.account
    account.networkProxy = try? row.openProxy(core.vault, in: db)
    return account
  }
}

/// A row of `accounts`.
struct AccountRow {
  var providerID: String
  /// Without a sealed proxy; see `openProxy`.
  var account: Account
  var secret: Data
  private var proxyColumn: DatabaseValue

  private init(_ row: Row) throws {
    let what = "an account"
    providerID = try row.required("provider_id", of: what)
    secret = try row.required("secret", of: what)
    proxyColumn = row["network_proxy"]
    account = Account(
      id: try row.required("id", of: what), provider: try row.required("provider", of: what),
      name: try row.required("name", of: what), isEnabled: try row.required("is_enabled", of: what))
  }

  /// All accounts, or those of one provider, in the order to try them.
  static func all(_ db: Database, providerID: String? = nil) throws -> [AccountRow] {
    try Row.fetchAll(
      db,
      sql: """
        SELECT accounts.*, providers.name AS provider FROM accounts JOIN providers ON providers.id = accounts.provider_id
        WHERE ifnull(accounts.provider_id = ?, 1) ORDER BY providers.position, accounts.position
        """, arguments: [providerID]
    ).map(AccountRow.init)
  }

  var words: String { "account `\(account.name)` of provider `\(account.provider)`" }

  func isNamed(_ name: String) -> Bool { account.name.lowercased() == name.lowercased() }

  /// The proxy in clear.
  func openProxy(_ vault: SecretVault, in db: Database) throws -> String? {
    try NetworkProxy.read(proxyColumn, as: .accountProxy(id: account.id), named: words, vault: vault, in: db)
  }

  /// The token in clear.
  func openToken(_ vault: SecretVault, in db: Database) throws -> String {
    try vault.open(secret, as: .accountToken(id: account.id), named: words, in: db)
  }
}
