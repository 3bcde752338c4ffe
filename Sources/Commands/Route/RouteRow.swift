import Console
import Routing

/// A route as commands show it.
struct RouteRow {
  var route: Route
  var group: String
}

extension RouteRow: Displayable {
  static let columns: [Table.Column] = [.init("GROUP"), .init("PATTERN"), .init("TARGETS", canShrink: true)]

  static var fields: [Field<RouteRow>] {
    [
      Field("group") { .text($0.group) },
      Field("pattern") { .text($0.route.pattern) },
      Field("targets") { .texts($0.route.targets.map(\.description)) },
    ]
  }

  func cells(in context: CommandContext) -> [Table.Cell] {
    [
      Table.Cell(group), Table.Cell(route.pattern),
      Table.Cell(route.targets.map(\.description).joined(separator: ", ")),
    ]
  }
}
