-- Programs made for privacyIDEA. Each has an address of its own with 128 random bits, and a password for the calls that
-- want an account; here are hashes of both. Networks as an administrator wrote them, with spaces between.
CREATE TABLE compat_clients (
    id             BLOB NOT NULL PRIMARY KEY,
    name           TEXT NOT NULL UNIQUE,
    path_hash      BLOB NOT NULL UNIQUE,
    password_hash  BLOB NOT NULL,
    networks       TEXT NOT NULL,
    password       TEXT NOT NULL,
    may_enroll     INTEGER NOT NULL,
    wrong_per_hour INTEGER NOT NULL,
    created_at     INTEGER NOT NULL
) WITHOUT ROWID;
