import GRDB

/// Exchanges, with names as text of their time; captures are apart, so that lists do not read past bodies.
enum L001_Exchanges {
  static let migration = Schema.Migration(number: 1) { db in
    try db.execute(
      sql: """
        CREATE TABLE exchanges (
          row INTEGER PRIMARY KEY AUTOINCREMENT,
          id TEXT NOT NULL,
          started_at INTEGER NOT NULL,
          method TEXT NOT NULL,
          url_path TEXT NOT NULL,
          group_name TEXT,
          route TEXT,
          exchange_path TEXT,
          provider TEXT,
          account TEXT,
          model_asked TEXT,
          model_sent TEXT,
          client_protocol TEXT,
          upstream_protocol TEXT,
          is_stream INTEGER NOT NULL,
          status INTEGER NOT NULL,
          first_byte_after INTEGER,
          duration INTEGER NOT NULL,
          input_tokens INTEGER,
          output_tokens INTEGER,
          cache_read_tokens INTEGER,
          cache_write_tokens INTEGER,
          reasoning_tokens INTEGER,
          request_bytes INTEGER NOT NULL,
          response_bytes INTEGER NOT NULL,
          attempts TEXT,
          losses TEXT,
          error_kind TEXT,
          error_message TEXT,
          stop_reason TEXT,
          session TEXT,
          user_agent TEXT
        );
        CREATE INDEX exchanges_started_at ON exchanges (started_at);
        CREATE INDEX exchanges_id ON exchanges (id);

        CREATE TABLE captures (
          row INTEGER PRIMARY KEY REFERENCES exchanges (row) ON DELETE CASCADE,
          content TEXT NOT NULL
        );
        """)
  }
}
