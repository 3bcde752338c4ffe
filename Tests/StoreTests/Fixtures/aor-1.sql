PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE generation (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  value INTEGER NOT NULL
);
INSERT INTO generation VALUES(1,14);
CREATE TABLE vault (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  proof BLOB NOT NULL
);
INSERT INTO vault VALUES(1,X'011fbe152ada010f5f0627ad2e0dc20c8ae8ce2f3a0774d3f902a45babcdf29c');
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
INSERT INTO providers VALUES('4f179af8b80274268836230a699c2799',1,'deepseek','deepseek','{"developerRole":false}','["deepseek-chat"]','https://deepseek.com',X'01b2b9c11a84999f7f421b4dfddfb969fca7742488339273b85ff7a2d710547c77f337d2e86644ee148f9595fd13bba74a25ac40a114aa169268',1,0,'{"idle":60}');
CREATE TABLE endpoints (
  provider_id TEXT NOT NULL REFERENCES providers (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  protocol TEXT NOT NULL,
  base_url TEXT NOT NULL,
  authentication TEXT NOT NULL,
  PRIMARY KEY (provider_id, position)
);
INSERT INTO endpoints VALUES('4f179af8b80274268836230a699c2799',0,'openai-chat','https://api.deepseek.com/v1','bearer');
INSERT INTO endpoints VALUES('4f179af8b80274268836230a699c2799',1,'anthropic','https://api.deepseek.com/anthropic','header:x-api-key');
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
INSERT INTO accounts VALUES('41f35ccf98e9fed44ce6a1d18929f077','4f179af8b80274268836230a699c2799',1,'default',X'016893f1c2a2d0c22a9334d831a753d93687a1d79a73f7000999a6ed862987651e9b1e62d599d1',NULL,1);
CREATE TABLE groups (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  position INTEGER NOT NULL,
  name TEXT NOT NULL COLLATE NOCASE UNIQUE,
  is_direct INTEGER NOT NULL,
  is_default INTEGER NOT NULL
);
INSERT INTO "groups" VALUES(1,1,'default',1,0);
INSERT INTO "groups" VALUES(2,2,'work',0,1);
CREATE TABLE routes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  group_id INTEGER NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  pattern TEXT NOT NULL,
  UNIQUE (group_id, pattern)
);
INSERT INTO routes VALUES(1,2,1,'claude*');
CREATE TABLE route_targets (
  route_id INTEGER NOT NULL REFERENCES routes (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  provider_id TEXT NOT NULL REFERENCES providers (id),
  model TEXT NOT NULL,
  PRIMARY KEY (route_id, position)
);
INSERT INTO route_targets VALUES(1,0,'4f179af8b80274268836230a699c2799','deepseek-chat');
CREATE TABLE settings (
  key TEXT NOT NULL PRIMARY KEY,
  value
);
INSERT INTO settings VALUES('server.key',X'0114e4b451475ae3f83fcf44ecd83ba5bd15f8cf581e56c5f8a6b1bd3d6a00668efd06037968316e309b21e0f43598');
INSERT INTO settings VALUES('server.port','9000');
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('groups',2);
INSERT INTO sqlite_sequence VALUES('routes',1);
CREATE UNIQUE INDEX groups_one_default ON groups (is_default) WHERE is_default = 1;
CREATE INDEX route_targets_provider ON route_targets (provider_id);
CREATE TRIGGER generation_providers_insert AFTER INSERT ON providers
BEGIN UPDATE generation SET value = value + 1; END;
CREATE TRIGGER generation_providers_update AFTER UPDATE ON providers
BEGIN UPDATE generation SET value = value + 1; END;
CREATE TRIGGER generation_providers_delete AFTER DELETE ON providers
BEGIN UPDATE generation SET value = value + 1; END;
CREATE TRIGGER generation_endpoints_insert AFTER INSERT ON endpoints
BEGIN UPDATE generation SET value = value + 1; END;
CREATE TRIGGER generation_endpoints_update AFTER UPDATE ON endpoints
BEGIN UPDATE generation SET value = value + 1; END;
CREATE TRIGGER generation_endpoints_delete AFTER DELETE ON endpoints
BEGIN UPDATE generation SET value = value + 1; END;
CREATE TRIGGER generation_accounts_insert AFTER INSERT ON accounts
BEGIN UPDATE generation SET value = value + 1; END;
CREATE TRIGGER generation_accounts_update AFTER UPDATE ON accounts
BEGIN UPDATE generation SET value = value + 1; END;
CREATE TRIGGER generation_accounts_delete AFTER DELETE ON accounts
BEGIN UPDATE generation SET value = value + 1; END;
CREATE TRIGGER generation_groups_insert AFTER INSERT ON groups
BEGIN UPDATE generation SET value = value + 1; END;
CREATE TRIGGER generation_groups_update AFTER UPDATE ON groups
BEGIN UPDATE generation SET value = value + 1; END;
CREATE TRIGGER generation_groups_delete AFTER DELETE ON groups
BEGIN UPDATE generation SET value = value + 1; END;
CREATE TRIGGER generation_routes_insert AFTER INSERT ON routes
BEGIN UPDATE generation SET value = value + 1; END;
CREATE TRIGGER generation_routes_update AFTER UPDATE ON routes
BEGIN UPDATE generation SET value = value + 1; END;
CREATE TRIGGER generation_routes_delete AFTER DELETE ON routes
BEGIN UPDATE generation SET value = value + 1; END;
CREATE TRIGGER generation_route_targets_insert AFTER INSERT ON route_targets
BEGIN UPDATE generation SET value = value + 1; END;
CREATE TRIGGER generation_route_targets_update AFTER UPDATE ON route_targets
BEGIN UPDATE generation SET value = value + 1; END;
CREATE TRIGGER generation_route_targets_delete AFTER DELETE ON route_targets
BEGIN UPDATE generation SET value = value + 1; END;
CREATE TRIGGER generation_settings_insert AFTER INSERT ON settings
BEGIN UPDATE generation SET value = value + 1; END;
CREATE TRIGGER generation_settings_update AFTER UPDATE ON settings
BEGIN UPDATE generation SET value = value + 1; END;
CREATE TRIGGER generation_settings_delete AFTER DELETE ON settings
BEGIN UPDATE generation SET value = value + 1; END;
COMMIT;
PRAGMA user_version = 1;
