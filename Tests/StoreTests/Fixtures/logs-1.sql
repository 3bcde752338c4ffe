PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
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
INSERT INTO exchanges VALUES(1,'req_fixture',1700000000000,'POST','/v1/messages',NULL,NULL,NULL,'deepseek',NULL,NULL,NULL,NULL,NULL,0,200,NULL,0,NULL,NULL,NULL,NULL,NULL,0,0,'[{"account":"default","dialect":"openai-chat","duration":5,"model":"m","provider":"deepseek","status":200}]','[{"path":"tools[0]","reason":"no such tool"}]',NULL,NULL,NULL,NULL,NULL);
CREATE TABLE captures (
  row INTEGER PRIMARY KEY REFERENCES exchanges (row) ON DELETE CASCADE,
  content TEXT NOT NULL
);
INSERT INTO captures VALUES(1,'{"requestBody":"{}","requestHeaders":[],"responseHeaders":[]}');
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('exchanges',1);
CREATE INDEX exchanges_started_at ON exchanges (started_at);
CREATE INDEX exchanges_id ON exchanges (id);
COMMIT;
PRAGMA user_version = 1;
