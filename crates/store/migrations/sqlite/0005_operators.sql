-- Those who work with the console. The name is compared in small letters, which name_key holds.
CREATE TABLE operators (
    id                BLOB NOT NULL PRIMARY KEY,
    name              TEXT NOT NULL,
    name_key          TEXT NOT NULL UNIQUE,
    role              TEXT NOT NULL,
    scope             TEXT NOT NULL,
    state             TEXT NOT NULL,
    password          TEXT NOT NULL,
    seed              BLOB NOT NULL,
    last_step         INTEGER NOT NULL,
    drift             INTEGER NOT NULL,
    created_at        INTEGER NOT NULL,
    last_signed_in_at INTEGER
);

-- Links with which somebody becomes an operator, or gets a new password and token. Without a name: the first operator.
CREATE TABLE operator_links (
    secret_hash BLOB NOT NULL PRIMARY KEY,
    name        TEXT,
    name_key    TEXT,
    role        TEXT NOT NULL,
    scope       TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL
);

CREATE TABLE operator_sessions (
    id            BLOB NOT NULL PRIMARY KEY,
    secret_hash   BLOB NOT NULL UNIQUE,
    operator_id   BLOB NOT NULL REFERENCES operators (id),
    created_at    INTEGER NOT NULL,
    seen_at       INTEGER NOT NULL,
    stepped_up_at INTEGER NOT NULL,
    network       TEXT NOT NULL,
    browser       TEXT NOT NULL
);
CREATE INDEX operator_sessions_of ON operator_sessions (operator_id);

-- Wrong sign-ins to the console, by a hash of the name that was typed, whether or not somebody is called so. The empty
-- network counts wrong codes that came with a right password, wherever from.
CREATE TABLE operator_tries (
    who     BLOB NOT NULL,
    network TEXT NOT NULL,
    state   TEXT NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (who, network)
);
CREATE INDEX operator_tries_by_age ON operator_tries (at);

-- Who has been on which machine: whom an operator of some groups may see.
CREATE TABLE seen_on (
    person_id  BLOB NOT NULL REFERENCES people (id),
    machine_id BLOB NOT NULL REFERENCES machines (id),
    first_at   INTEGER NOT NULL,
    PRIMARY KEY (person_id, machine_id)
) WITHOUT ROWID;
INSERT INTO seen_on (person_id, machine_id, first_at)
    SELECT a.person_id, a.first_seen_on, min(a.first_seen_at) FROM accounts a JOIN machines m ON m.id = a.first_seen_on
    GROUP BY a.person_id, a.first_seen_on;
