import GRDB

/// Providers, accounts, groups, routes and settings.
///
/// Columns without a type (`network_proxy`, `value`) hold text, or a blob when the value is sealed by the vault.
enum M001_Initial {
  static let migration = Schema.Migration(number: 1) { db in
    try db.execute(sql: tables)
    for table in ["providers", "endpoints", "accounts", "groups", "routes", "route_targets", "settings"] {
      for event in ["INSERT", "UPDATE", "DELETE"] {
        try db.execute(
          sql: """
            CREATE TRIGGER generation_\(table)_\(event.lowercased()) AFTER \(event) ON \(table)
            BEGIN UPDATE generation SET value = value + 1; END
            """)
      }
    }
    try db.execute(
      sql: "INSERT INTO groups (position, name, is_direct, is_default) VALUES (1, 'default', 1, 1)")
  }

  private static let tables = """
    CREATE TABLE generation (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      value INTEGER NOT NULL
    );
    INSERT INTO generation (id, value) VALUES (1, 0);

    CREATE TABLE vault (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      proof BLOB NOT NULL
    );

    CREATE TABLE providers (
      id TEXT NOT NULL PRIMARY KEY,
      position INTEGER NOT NULL,
      name TEXT NOT NULL COLLATE NOCASE UNIQUE,
      preset TEXT,
      quirks TEXT NOT NULL,
      models TEXT NOT NULL,
      website TEXT,
      network_proxy,
      is_enabled INTEGER NOT NULL,
      http2 INTEGER NOT NULL,
      timeouts TEXT NOT NULL
    );

    CREATE TABLE endpoints (
      provider_id TEXT NOT NULL REFERENCES providers (id) ON DELETE CASCADE,
      position INTEGER NOT NULL,
      protocol TEXT NOT NULL,
      base_url TEXT NOT NULL,
      authentication TEXT NOT NULL,
      PRIMARY KEY (provider_id, position)
    );

    CREATE TABLE accounts (
      id TEXT NOT NULL PRIMARY KEY,
      provider_id TEXT NOT NULL REFERENCES providers (id) ON DELETE CASCADE,
      position INTEGER NOT NULL,
      name TEXT NOT NULL COLLATE NOCASE,
      secret BLOB NOT NULL,
      network_proxy,
      is_enabled INTEGER NOT NULL,
      UNIQUE (provider_id, name)
    );

    CREATE TABLE groups (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      position INTEGER NOT NULL,
      name TEXT NOT NULL COLLATE NOCASE UNIQUE,
      is_direct INTEGER NOT NULL,
      is_default INTEGER NOT NULL
    );
    CREATE UNIQUE INDEX groups_one_default ON groups (is_default) WHERE is_default = 1;

    CREATE TABLE routes (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      group_id INTEGER NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
      position INTEGER NOT NULL,
      pattern TEXT NOT NULL,
      UNIQUE (group_id, pattern)
    );

    CREATE TABLE route_targets (
      route_id INTEGER NOT NULL REFERENCES routes (id) ON DELETE CASCADE,
      position INTEGER NOT NULL,
      provider_id TEXT NOT NULL REFERENCES providers (id),
      model TEXT NOT NULL,
      PRIMARY KEY (route_id, position)
    );
    CREATE INDEX route_targets_provider ON route_targets (provider_id);

    CREATE TABLE settings (
      key TEXT NOT NULL PRIMARY KEY,
      value
    );
    """
}
