-- Hardware tokens by their serials. Those in stock have their seed here, those that belong to somebody in tokens, with the
-- same id.
CREATE TABLE hardware_tokens (
    id          BLOB NOT NULL PRIMARY KEY,
    serial      TEXT NOT NULL UNIQUE,
    maker       TEXT NOT NULL,
    parameters  TEXT NOT NULL,
    seed        BLOB,
    last_step   INTEGER NOT NULL,
    drift       INTEGER NOT NULL,
    imported_at INTEGER NOT NULL
) WITHOUT ROWID;
