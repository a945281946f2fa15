-- Keys of the administration API: hashes of their secrets. Rights are words with spaces between.
CREATE TABLE api_keys (
    id           BLOB NOT NULL PRIMARY KEY,
    name         TEXT NOT NULL UNIQUE,
    secret_hash  BLOB NOT NULL UNIQUE,
    rights       TEXT NOT NULL,
    scope        TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER,
    last_used_at INTEGER
) WITHOUT ROWID;
