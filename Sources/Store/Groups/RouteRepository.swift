import Foundation
import GRDB
import Routing

/// The routes of groups; a nil group is the default one.
public struct RouteRepository: Sendable {
  let core: StoreCore

  /// The routes of a group, in the user's order.
  public func list(group: String? = nil) throws -> [Route] {
    try core.file.read { db in try GroupRow.require(group, in: db).group.routes }
  }

  /// Adds a route at the end of the group, or replaces the targets of the one with that pattern in place.
  ///
  /// Returns the route as it was before, nil for a new one. Throws `StoreError.notFound` with near names for a provider
  /// that does not exist.
  @discardableResult
  public func set(_ pattern: String, targets: [RouteTarget], group: String? = nil) throws -> Route? {
    let pattern = try Self.checked(pattern)
    guard !targets.isEmpty else {
      throw StoreError.invalid(what: "route", value: pattern, reason: "have a target, as in `PROVIDER/MODEL`")
    }
    return try core.file.write { db in
      let row = try GroupRow.require(group, in: db)
      let found = row.group.routes.firstIndex { $0.pattern == pattern }
      let routeID: Int64
      if let found {
        routeID = row.routeIDs[found]
        try db.execute(sql: "DELETE FROM route_targets WHERE route_id = ?", arguments: [routeID])
      } else {
        try db.execute(
          sql: """
            INSERT INTO routes (group_id, position, pattern)
            VALUES (?, (SELECT ifnull(max(position), 0) + 1 FROM routes WHERE group_id = ?), ?)
            """, arguments: [row.id, row.id, pattern])
        routeID = db.lastInsertedRowID
      }
      for (position, target) in targets.enumerated() {
        let model = target.model.trimmingCharacters(in: .whitespaces)
        guard !model.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 }) else {
          throw StoreError.invalid(what: "model", value: "", reason: "not hold control characters")
        }
        try db.execute(
          sql: "INSERT INTO route_targets (route_id, position, provider_id, model) VALUES (?, ?, ?, ?)",
          arguments: [routeID, position, try ProviderRow.id(of: target.provider, in: db), model])
      }
      return found.map { row.group.routes[$0] }
    }
  }

  /// Removes a route; returns it as it was.
  @discardableResult
  public func remove(_ pattern: String, group: String? = nil) throws -> Route {
    try core.file.write { db in
      let row = try GroupRow.require(group, in: db)
      let index = try Self.index(of: pattern, in: row)
      try db.execute(sql: "DELETE FROM routes WHERE id = ?", arguments: [row.routeIDs[index]])
      return row.group.routes[index]
    }
  }

  /// Moves a route to another place in its group; earlier routes win ties.
  public func move(_ pattern: String, to position: RoutePosition, group: String? = nil) throws {
    try core.file.write { db in
      let row = try GroupRow.require(group, in: db)
      let from = try Self.index(of: pattern, in: row)
      var order = row.routeIDs
      let moved = order.remove(at: from)
      let destination: Int
      switch position {
      case .first: destination = 0
      case .last: destination = order.count
      case .before(let other), .after(let other):
        let anchor = row.routeIDs[try Self.index(of: other, in: row)]
        guard let index = order.firstIndex(of: anchor) else { return }
        if case .after = position { destination = index + 1 } else { destination = index }
      }
      order.insert(moved, at: destination)
      if order == row.routeIDs { return }
      for (position, id) in order.enumerated() {
        try db.execute(
          sql: "UPDATE routes SET position = ? WHERE id = ? AND position <> ?",
          arguments: [position + 1, id, position + 1])
      }
    }
  }

  private static func index(of pattern: String, in row: GroupRow) throws -> Int {
    let patterns = row.group.routes.map(\.pattern)
    let wanted = (try? checked(pattern)) ?? pattern
    if let index = patterns.firstIndex(of: wanted) { return index }
    throw StoreError.notFound(.route, name: pattern, near: NearestNames.of(pattern, in: patterns))
  }

  private static func checked(_ pattern: String) throws -> String {
    let trimmed = pattern.trimmingCharacters(in: .whitespacesAndNewlines)
    guard !trimmed.isEmpty, trimmed != "=" else {
      throw StoreError.invalid(what: "pattern", value: "", reason: "not be blank")
    }
    guard trimmed.utf8.count <= 512, !trimmed.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 })
    else {
      throw StoreError.invalid(what: "pattern", value: "", reason: "be one line of at most 512 bytes")
    }
    return trimmed.lowercased() == "default" ? "default" : trimmed
  }
}

/// Where to move a route.
public enum RoutePosition: Sendable, Hashable {
  /// To either end of the group.
  case first, last
  /// Next to the route with that pattern.
  case before(String), after(String)
}
