import ArgumentParser
import Console
import Foundation

/// A named value of a `--json` object.
struct Field<Row> {
  let name: String
  let value: (Row) -> OutputValue

  init(_ name: String, _ value: @escaping (Row) -> OutputValue) {
    self.name = name
    self.value = value
  }
}

/// Something commands show.
///
/// What it looks like is beside the command, not in the domain.
protocol Displayable {
  /// What `--json` offers, in its order.
  static var fields: [Field<Self>] { get }
  /// The heading of a list on a terminal.
  static var columns: [Table.Column] { get }
  /// The cells of its line in a list.
  func cells(in context: CommandContext) -> [Table.Cell]
}

extension Displayable {
  /// The names `--json` accepts.
  static var fieldNames: [String] { fields.map(\.name) }

  func object(_ names: [String]?) -> OutputValue {
    let fields = Self.fields
    guard let names else { return .object(fields.map { .init(name: $0.name, value: $0.value(self)) }) }
    return .object(
      names.compactMap { name in fields.first { $0.name == name }.map { .init(name: name, value: $0.value(self)) } })
  }
}

/// The option of every command that prints data, and the one place that chooses between table and JSON.
struct OutputOptions: ParsableArguments {
  @Option(
    name: .customLong("json"), defaultAsFlag: "all",
    help: ArgumentHelp("Print JSON, of all fields or those named (a,b); put it last", valueName: "fields"))
  var json: String?

  /// Shows a list: a table, or an array of objects.
  func show<Row: Displayable>(_ rows: [Row], in context: CommandContext, empty: String) throws {
    if let json {
      let names = try Self.selection(json, of: Row.fieldNames)
      try context.page(OutputValue.list(rows.map { $0.object(names) }).json(pretty: true) + "\n")
      return
    }
    if rows.isEmpty { return context.note(empty) }
    var table = Table(Row.columns)
    for row in rows { table.add(row.cells(in: context)) }
    try context.page(table.render(for: context.streams.output))
  }

  /// Shows one thing: labelled lines, or an object.
  func show<Row: Displayable>(_ row: Row, details: Details, in context: CommandContext) throws {
    if let json {
      let names = try Self.selection(json, of: Row.fieldNames)
      try context.page(row.object(names).json(pretty: true) + "\n")
    } else {
      try context.page(details.render(for: context.streams.output))
    }
  }

  /// Checks the field names before any work is done; nil stands for all.
  func check(_ known: [String]) throws {
    if let json { _ = try Self.selection(json, of: known) }
  }

  static func selection(_ text: String, of known: [String]) throws -> [String]? {
    if text == "all" { return nil }
    let names = text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    for name in names where !known.contains(name) {
      throw UserFacingError.usage(
        "there is no field `\(name)`",
        hints: [
          .didYouMean(Suggestion.near(name, in: known)), .text("the fields are \(known.joined(separator: ", "))"),
        ])
    }
    guard !names.isEmpty else {
      throw UserFacingError.usage(
        "`--json` names no field", hints: [.text("the fields are \(known.joined(separator: ", "))")])
    }
    return names
  }
}
