import Console
import Routing

/// A group as commands show it.
struct GroupRow {
  var group: Group
  var isDefault: Bool

  /// Where clients find it, below the gateway's address.
  var path: String { "/oc/\(group.name)" }
}

extension GroupRow: Displayable {
  static let columns: [Table.Column] = [
    .init("GROUP"), .init("ROUTES", alignment: .trailing), .init("PATH"), .init("DIRECT"), .init("DEFAULT"),
  ]

  static var fields: [Field<GroupRow>] {
    [
      Field("name") { .text($0.group.name) },
      Field("isDefault") { .flag($0.isDefault) },
      Field("path") { .text($0.path) },
      Field("direct") { .flag($0.group.direct) },
      Field("routes") { .list($0.group.routes.map { RouteRow(route: $0, group: "").object(["pattern", "targets"]) }) },
    ]
  }

  func cells(in context: CommandContext) -> [Table.Cell] {
    [
      Table.Cell(group.name), Table.Cell("\(group.routes.count)"), Table.Cell(path),
      Table.Cell(group.direct ? "on" : "off"), Table.Cell(isDefault ? "yes" : ""),
    ]
  }
}
