import Conversation
import Foundation
import GRDB
import Providers

/// Rows of `providers` and `endpoints` as values.
struct ProviderRow {
  /// What every query of this type selects.
  static let columns = """
    id, name, preset, quirks, models, website, network_proxy, is_enabled, http2, timeouts
    """

  var id: String
  var provider: Provider
  /// The proxy as it is stored; sealed when it is a blob.
  var proxyColumn: DatabaseValue

  /// Everything but a sealed proxy, which stays nil until `openProxy`.
  init(_ row: Row, endpoints: [Endpoint]) throws {
    let name: String = try row.required("name", of: "a provider")
    let what = "provider `\(name)`"
    id = try row.required("id", of: what)
    proxyColumn = row["network_proxy"]
    let proxy: String? = if case .string(let text) = proxyColumn.storage { text } else { nil }
    provider = Provider(
      name: name,
      preset: try row.optional("preset", of: what),
      endpoints: endpoints,
      quirks: try QuirksColumn.read(try row.required("quirks", of: what), of: what),
      models: try row.json("models", as: [String].self, of: what),
      website: try row.optional("website", of: what),
      networkProxy: proxy,
      isEnabled: try row.required("is_enabled", of: what),
      http2: try row.required("http2", of: what),
      timeouts: try row.json("timeouts", as: TimeoutOverrides.self, of: what))
  }

  var isProxySealed: Bool {
    if case .blob = proxyColumn.storage { true } else { false }
  }

  /// Decrypts the proxy, where it is sealed.
  mutating func openProxy(_ vault: SecretVault, in db: Database) throws {
    guard isProxySealed else { return }
    provider.networkProxy = try NetworkProxy.read(
      proxyColumn, as: .providerProxy(id: id), named: "provider `\(provider.name)`", vault: vault, in: db)
  }

  /// All providers, in the order they were added.
  static func all(_ db: Database) throws -> [ProviderRow] {
    var endpoints: [String: [Endpoint]] = [:]
    for row in try Row.fetchAll(db, sql: "SELECT * FROM endpoints ORDER BY provider_id, position") {
      let owner: String = try row.required("provider_id", of: "an endpoint")
      endpoints[owner, default: []].append(try EndpointColumns.read(row))
    }
    return try Row.fetchAll(db, sql: "SELECT \(columns) FROM providers ORDER BY position").map { row in
      let id: String = try row.required("id", of: "a provider")
      return try ProviderRow(row, endpoints: endpoints[id] ?? [])
    }
  }

  static func find(_ name: String, in db: Database) throws -> ProviderRow? {
    guard let row = try Row.fetchOne(db, sql: "SELECT \(columns) FROM providers WHERE name = ?", arguments: [name])
    else { return nil }
    let id: String = try row.required("id", of: "a provider")
    let endpoints = try Row.fetchAll(
      db, sql: "SELECT * FROM endpoints WHERE provider_id = ? ORDER BY position", arguments: [id])
    return try ProviderRow(row, endpoints: try endpoints.map(EndpointColumns.read))
  }

  static func require(_ name: String, in db: Database) throws -> ProviderRow {
    if let found = try find(name, in: db) { return found }
    throw try unknown(name, in: db)
  }

  /// The id of a provider, for statements that need nothing else of it.
  static func id(of name: String, in db: Database) throws -> String {
    let id = try String.fetchOne(db, sql: "SELECT id FROM providers WHERE name = ?", arguments: [name])
    guard let id else { throw try unknown(name, in: db) }
    return id
  }

  private static func unknown(_ name: String, in db: Database) throws -> StoreError {
    let names = try String.fetchAll(db, sql: "SELECT name FROM providers")
    return .notFound(.provider, name: name, near: NearestNames.of(name, in: names))
  }
}

/// One endpoint in its columns.
enum EndpointColumns {
  static func read(_ row: Row) throws -> Endpoint {
    let what = "an endpoint"
    let protocolName: String = try row.required("protocol", of: what)
    let authentication: String = try row.required("authentication", of: what)
    guard let dialect = DialectID(rawValue: protocolName) else {
      throw StoreError.unreadableRow(what, detail: "unknown protocol `\(protocolName)`")
    }
    guard let authentication = parse(authentication) else {
      throw StoreError.unreadableRow(what, detail: "unknown authentication `\(authentication)`")
    }
    return Endpoint(dialect, try row.required("base_url", of: what), authentication: authentication)
  }

  static func text(_ authentication: Authentication) -> String {
    switch authentication {
    case .bearer: "bearer"
    case .header(let name): "header:\(name)"
    case .none: "none"
    case .client: "client"
    }
  }

  private static func parse(_ text: String) -> Authentication? {
    switch text {
    case "bearer": .bearer
    case "none": Authentication.none
    case "client": .client
    default: text.hasPrefix("header:") ? .header(String(text.dropFirst("header:".count))) : nil
    }
  }
}

/// Quirks in a column: only what departs from the defaults, so that a flag added later reads from old rows.
enum QuirksColumn {
  static func text(_ quirks: Quirks) throws -> String {
    if quirks == Quirks() { return "{}" }
    let defaults = try members(Quirks())
    let departures = try members(quirks).filter { $0.value != defaults[$0.key] }
    return try jsonText(departures)
  }

  static func read(_ text: String, of what: String) throws -> Quirks {
    if text == "{}" { return Quirks() }
    do {
      let departures = try JSONDecoder().decode([String: Member].self, from: Data(text.utf8))
      let all = try members(Quirks()).merging(departures) { _, stored in stored }
      return try JSONDecoder().decode(Quirks.self, from: try JSONEncoder().encode(all))
    } catch {
      throw StoreError.unreadableRow(what, detail: "its quirks cannot be read")
    }
  }

  private static func members(_ quirks: Quirks) throws -> [String: Member] {
    try JSONDecoder().decode([String: Member].self, from: try JSONEncoder().encode(quirks))
  }

  /// The kinds of values quirks have.
  private enum Member: Codable, Hashable {
    case flag(Bool), number(Int), text(String), list([String])

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let flag = try? container.decode(Bool.self) {
        self = .flag(flag)
      } else if let number = try? container.decode(Int.self) {
        self = .number(number)
      } else if let text = try? container.decode(String.self) {
        self = .text(text)
      } else {
        self = .list(try container.decode([String].self))
      }
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .flag(let flag): try container.encode(flag)
      case .number(let number): try container.encode(number)
      case .text(let text): try container.encode(text)
      case .list(let list): try container.encode(list)
      }
    }
  }
}
