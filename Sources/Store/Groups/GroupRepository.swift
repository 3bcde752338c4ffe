import GRDB
import Routing

/// Routing tables.
///
/// `default` exists from the start; names are compared without regard to case.
public struct GroupRepository: Sendable {
  let core: StoreCore

  /// Every group with its routes, in the order they were added.
  public func list() throws -> [Group] {
    try core.file.read { db in try GroupRow.all(db).map(\.group) }
  }

  /// The group of that name, or nil.
  public func find(_ name: String) throws -> Group? {
    try core.file.read { db in try GroupRow.all(db).first { $0.isNamed(name) }?.group }
  }

  /// The group of that name, the default one for nil; throws `StoreError.notFound` with near names.
  public func require(_ name: String?) throws -> Group {
    try core.file.read { db in try GroupRow.require(name, in: db).group }
  }

  /// Adds an empty group.
  public func add(_ name: String, direct: Bool = true) throws {
    try ProviderRules.checkName(name, what: "group name", allowsDot: false)
    try core.file.write { db in
      try refuseTaken(name, except: nil, db)
      try db.execute(
        sql: """
          INSERT INTO groups (position, name, is_direct, is_default)
          VALUES ((SELECT ifnull(max(position), 0) + 1 FROM groups), ?, ?, 0)
          """, arguments: [name, direct])
    }
  }

  /// Sets whether `<provider>/<model>` names are understood without a route.
  public func setDirect(_ name: String, _ direct: Bool) throws {
    try core.file.write { db in
      let row = try GroupRow.require(name, in: db)
      if row.group.direct == direct { return }
      try db.execute(sql: "UPDATE groups SET is_direct = ? WHERE id = ?", arguments: [direct, row.id])
    }
  }

  /// Renames a group, and so its URL.
  public func rename(_ name: String, to newName: String) throws {
    try ProviderRules.checkName(newName, what: "group name", allowsDot: false)
    try core.file.write { db in
      let row = try GroupRow.require(name, in: db)
      try refuseTaken(newName, except: row.id, db)
      try db.execute(sql: "UPDATE groups SET name = ? WHERE id = ?", arguments: [newName, row.id])
    }
  }

  /// Removes a group and its routes; throws `StoreError.defaultGroup` for the default one.
  @discardableResult
  public func remove(_ name: String) throws -> Group {
    try core.file.write { db in
      let row = try GroupRow.require(name, in: db)
      guard !row.isDefault else { throw StoreError.defaultGroup(row.group.name) }
      try db.execute(sql: "DELETE FROM groups WHERE id = ?", arguments: [row.id])
      return row.group
    }
  }

  /// The group that is also served at the root.
  public func defaultName() throws -> String {
    try core.file.read { db in try GroupRow.require(nil, in: db).group.name }
  }

  /// Makes a group the one that is also served at the root.
  public func setDefault(_ name: String) throws {
    try core.file.write { db in
      let row = try GroupRow.require(name, in: db)
      if row.isDefault { return }
      try db.execute(sql: "UPDATE groups SET is_default = 0 WHERE is_default = 1")
      try db.execute(sql: "UPDATE groups SET is_default = 1 WHERE id = ?", arguments: [row.id])
    }
  }

  private func refuseTaken(_ name: String, except id: Int64?, _ db: Database) throws {
    if let taken = try GroupRow.all(db).first(where: { $0.isNamed(name) && $0.id != id }) {
      throw StoreError.alreadyExists(.group, name: taken.group.name)
    }
  }
}

/// A row of `groups` with the routes that belong to it.
struct GroupRow {
  var id: Int64
  var isDefault: Bool
  var group: Group
  /// The ids of `group.routes`, in the same order.
  var routeIDs: [Int64] = []

  func isNamed(_ name: String) -> Bool { group.name.lowercased() == name.lowercased() }

  /// All groups with their routes, in the user's order.
  static func all(_ db: Database) throws -> [GroupRow] {
    let targets = try targets(db)
    var routes: [Int64: [(id: Int64, route: Route)]] = [:]
    for row in try Row.fetchAll(db, sql: "SELECT id, group_id, pattern FROM routes ORDER BY group_id, position") {
      let what = "a route"
      let id: Int64 = try row.required("id", of: what)
      let route = Route(pattern: try row.required("pattern", of: what), targets: targets[id] ?? [])
      routes[try row.required("group_id", of: what), default: []].append((id, route))
    }
    return try Row.fetchAll(db, sql: "SELECT * FROM groups ORDER BY position").map { row in
      let what = "a group"
      let id: Int64 = try row.required("id", of: what)
      let own = routes[id] ?? []
      let group = Group(
        name: try row.required("name", of: what), routes: own.map(\.route),
        direct: try row.required("is_direct", of: what))
      return GroupRow(
        id: id, isDefault: try row.required("is_default", of: what), group: group, routeIDs: own.map(\.id))
    }
  }

  /// The group of that name, the default one for nil.
  static func require(_ name: String?, in db: Database) throws -> GroupRow {
    let rows = try all(db)
    if let row = rows.first(where: { row in name.map(row.isNamed) ?? row.isDefault }) { return row }
    let near = NearestNames.of(name ?? "", in: rows.map(\.group.name))
    throw StoreError.notFound(.group, name: name ?? "default", near: near)
  }

  private static func targets(_ db: Database) throws -> [Int64: [RouteTarget]] {
    var targets: [Int64: [RouteTarget]] = [:]
    let rows = try Row.fetchAll(
      db,
      sql: """
        SELECT route_targets.route_id, providers.name AS provider, route_targets.model
        FROM route_targets JOIN providers ON providers.id = route_targets.provider_id
        ORDER BY route_targets.route_id, route_targets.position
        """)
    for row in rows {
      let what = "a route's target"
      let target = RouteTarget(
        provider: try row.required("provider", of: what), model: try row.required("model", of: what))
      targets[try row.required("route_id", of: what), default: []].append(target)
    }
    return targets
  }
}
