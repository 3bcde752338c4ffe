import Conversation
import GRDB
import Providers

/// Upstreams.
///
/// Names are compared without regard to case and kept as typed.
public struct ProviderRepository: Sendable {
  let core: StoreCore

  /// Every provider, in the order they were added.
  ///
  /// A network proxy whose password cannot be decrypted is left out rather than failing the list.
  public func list() throws -> [Provider] {
    try core.file.read { db in try ProviderRow.all(db).map { opened($0, db) } }
  }

  /// The provider of that name, or nil.
  public func find(_ name: String) throws -> Provider? {
    try core.file.read { db in try ProviderRow.find(name, in: db).map { opened($0, db) } }
  }

  /// The provider of that name; throws `StoreError.notFound` with near names.
  public func require(_ name: String) throws -> Provider {
    try core.file.read { db in opened(try ProviderRow.require(name, in: db), db) }
  }

  /// Adds a provider and, when a token is given, its first account, in one transaction.
  public func add(_ provider: Provider, token: String? = nil, account: String = "default") throws {
    var provider = provider
    provider.networkProxy = try NetworkProxy.validate(provider.networkProxy)
    try ProviderRules.check(provider)
    let id = StoreCore.newID()
    try core.file.write { db in
      if let taken = try ProviderRow.find(provider.name, in: db) {
        throw StoreError.alreadyExists(.provider, name: taken.provider.name)
      }
      try db.execute(
        sql: """
          INSERT INTO providers (id, position, name, preset, quirks, models, website, is_enabled, http2, timeouts)
          VALUES (?, (SELECT ifnull(max(position), 0) + 1 FROM providers), ?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          id, provider.name, provider.preset, try QuirksColumn.text(provider.quirks), try jsonText(provider.models),
          provider.website, provider.isEnabled, provider.http2, try jsonText(provider.timeouts),
        ])
      try writeEndpoints(provider.endpoints, of: id, db)
      if let proxy = provider.networkProxy { try writeProxy(proxy, of: id, db) }
      if let token {
        _ = try AccountRepository(core: core).insert(providerID: id, name: account, token: token, networkProxy: nil, db)
      }
    }
  }

  /// Changes a provider; a changed name renames it, and routes follow.
  ///
  /// Returns it as stored.
  @discardableResult
  public func edit(_ name: String, _ change: (inout Provider) throws -> Void) throws -> Provider {
    try core.file.write { db in
      var row = try ProviderRow.require(name, in: db)
      // A proxy that cannot be decrypted reads as none; unless the change sets one, it stays as it is.
      row.provider = opened(row, db)
      var changed = row.provider
      try change(&changed)
      changed.networkProxy = try NetworkProxy.validate(changed.networkProxy)
      if changed == row.provider { return changed }
      try ProviderRules.check(changed)
      if let taken = try ProviderRow.find(changed.name, in: db), taken.id != row.id {
        throw StoreError.alreadyExists(.provider, name: taken.provider.name)
      }
      try db.execute(
        sql: """
          UPDATE providers SET name = ?, preset = ?, quirks = ?, models = ?, website = ?, is_enabled = ?, http2 = ?,
            timeouts = ? WHERE id = ?
          """,
        arguments: [
          changed.name, changed.preset, try QuirksColumn.text(changed.quirks), try jsonText(changed.models),
          changed.website, changed.isEnabled, changed.http2, try jsonText(changed.timeouts), row.id,
        ])
      if changed.endpoints != row.provider.endpoints {
        try db.execute(sql: "DELETE FROM endpoints WHERE provider_id = ?", arguments: [row.id])
        try writeEndpoints(changed.endpoints, of: row.id, db)
      }
      if changed.networkProxy != row.provider.networkProxy { try writeProxy(changed.networkProxy, of: row.id, db) }
      return changed
    }
  }

  /// Renames a provider; routes follow.
  public func rename(_ name: String, to newName: String) throws {
    try edit(name) { $0.name = newName }
  }

  /// Takes a provider out of service, or back in, without losing anything of it.
  public func setEnabled(_ name: String, _ isEnabled: Bool) throws {
    try edit(name) { $0.isEnabled = isEnabled }
  }

  /// The routes that point at the provider.
  public func uses(of name: String) throws -> [RouteUse] {
    try core.file.read { db in try uses(ofID: try ProviderRow.id(of: name, in: db), db).map(\.use) }
  }

  /// Removes a provider and its accounts.
  ///
  /// Throws `StoreError.providerInUse` when routes point at it, unless `force` is set: then it is taken out of them,
  /// and those without another target go with it. The result names them all, for the user to be told.
  @discardableResult
  public func remove(_ name: String, force: Bool = false) throws -> ProviderRemoval {
    try core.file.write { db in
      let row = try ProviderRow.require(name, in: db)
      let uses = try uses(ofID: row.id, db)
      guard uses.isEmpty || force else {
        throw StoreError.providerInUse(row.provider.name, routes: uses.map(\.use))
      }
      let accounts = try String.fetchAll(
        db, sql: "SELECT name FROM accounts WHERE provider_id = ? ORDER BY position", arguments: [row.id])
      var removal = ProviderRemoval(provider: row.provider, accounts: accounts, shortened: [], removed: [])
      try db.execute(sql: "DELETE FROM route_targets WHERE provider_id = ?", arguments: [row.id])
      for (route, use) in uses {
        let left = try Int.fetchOne(
          db, sql: "SELECT count(*) FROM route_targets WHERE route_id = ?", arguments: [route])
        if left == 0 {
          try db.execute(sql: "DELETE FROM routes WHERE id = ?", arguments: [route])
          removal.removed.append(use)
        } else {
          removal.shortened.append(use)
        }
      }
      try db.execute(sql: "DELETE FROM providers WHERE id = ?", arguments: [row.id])
      return removal
    }
  }

  private func opened(_ row: ProviderRow, _ db: Database) -> Provider {
    var row = row
    try? row.openProxy(core.vault, in: db)
    return row.provider
  }

  private func uses(ofID id: String, _ db: Database) throws -> [(route: Int64, use: RouteUse)] {
    try Row.fetchAll(
      db,
      sql: """
        SELECT DISTINCT routes.id AS route, groups.name AS name, routes.pattern AS pattern
        FROM route_targets JOIN routes ON routes.id = route_targets.route_id JOIN groups ON groups.id = routes.group_id
        WHERE route_targets.provider_id = ? ORDER BY groups.position, routes.position
        """, arguments: [id]
    ).map { row in
      let use = RouteUse(
        group: try row.required("name", of: "a route"), pattern: try row.required("pattern", of: "a route"))
      return (try row.required("route", of: "a route"), use)
    }
  }

  private func writeEndpoints(_ endpoints: [Endpoint], of id: String, _ db: Database) throws {
    for (position, endpoint) in endpoints.enumerated() {
      try db.execute(
        sql: """
          INSERT INTO endpoints (provider_id, position, protocol, base_url, authentication) VALUES (?, ?, ?, ?, ?)
          """,
        arguments: [
          id, position, endpoint.dialect.rawValue, endpoint.baseURL, EndpointColumns.text(endpoint.authentication),
        ])
    }
  }

  private func writeProxy(_ proxy: String?, of id: String, _ db: Database) throws {
    let slot = SecretSlot.providerProxy(id: id)
    try db.execute(sql: "UPDATE providers SET network_proxy = NULL WHERE id = ?", arguments: [id])
    let column = try NetworkProxy.column(proxy, as: slot, vault: core.vault, in: db)
    try db.execute(sql: "UPDATE providers SET network_proxy = ? WHERE id = ?", arguments: [column, id])
  }
}

/// What went with a removed provider.
///
/// A command shows all of it.
public struct ProviderRemoval: Sendable, Hashable {
  /// The provider as it was.
  public var provider: Provider
  /// The names of its accounts.
  public var accounts: [String]
  /// Routes that lost a target and still have another.
  public var shortened: [RouteUse]
  /// Routes that lost their last target and were removed.
  public var removed: [RouteUse]
}
