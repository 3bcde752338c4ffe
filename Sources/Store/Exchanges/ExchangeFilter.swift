import GRDB
import Routing

/// Which exchanges to list.
///
/// Every member that is set must fit.
public struct ExchangeFilter: Sendable, Hashable {
  /// Milliseconds since 1970, inclusive.
  public var since: Int64?
  /// Milliseconds since 1970, exclusive.
  public var until: Int64?
  /// Name of a provider, in any case.
  public var provider: String?
  /// Part of the model asked or sent, in any case.
  public var model: String?
  /// Name of a group, in any case.
  public var group: String?
  /// 2 for 200 to 299, and so on.
  public var statusClass: Int?
  /// Only exchanges with an error or a status of 400 or more.
  public var errorsOnly = false
  /// Which of the three ways the bodies took.
  public var path: ExchangePath?
  /// The agent's session.
  public var session: String?
  /// At most so many; nil for all.
  public var limit: Int? = 50
  /// Only rows after this one, the oldest first.
  public var afterRow: Int64?

  /// Fits everything, the newest 50.
  public init() {}
}

extension ExchangeFilter {
  /// What counts as an error, in SQL.
  static let isError = "(error_kind IS NOT NULL OR status >= 400)"

  /// The filter as a WHERE clause, empty when everything fits.
  var clause: (sql: String, arguments: StatementArguments) {
    var terms: [String] = []
    var arguments: [any DatabaseValueConvertible] = []
    func add(_ term: String, _ values: any DatabaseValueConvertible...) {
      terms.append(term)
      arguments += values
    }
    if let since { add("started_at >= ?", since) }
    if let until { add("started_at < ?", until) }
    if let provider { add("provider = ? COLLATE NOCASE", provider) }
    if let model {
      add("(instr(lower(model_asked), lower(?)) > 0 OR instr(lower(model_sent), lower(?)) > 0)", model, model)
    }
    if let group { add("group_name = ? COLLATE NOCASE", group) }
    if let statusClass { add("status / 100 = ?", statusClass) }
    if errorsOnly { add(Self.isError) }
    if let path { add("exchange_path = ?", path.rawValue) }
    if let session { add("session = ?", session) }
    if let afterRow { add("row > ?", afterRow) }
    let sql = terms.isEmpty ? "" : "WHERE " + terms.joined(separator: " AND ")
    return (sql, StatementArguments(arguments))
  }
}
