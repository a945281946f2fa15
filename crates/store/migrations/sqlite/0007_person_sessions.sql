-- Sessions of people in self-service, as operator_sessions.
CREATE TABLE person_sessions (
    id            BLOB NOT NULL PRIMARY KEY,
    secret_hash   BLOB NOT NULL UNIQUE,
    person_id     BLOB NOT NULL REFERENCES people (id),
    created_at    INTEGER NOT NULL,
    seen_at       INTEGER NOT NULL,
    stepped_up_at INTEGER NOT NULL,
    network       TEXT NOT NULL,
    browser       TEXT NOT NULL
);
CREATE INDEX person_sessions_of ON person_sessions (person_id);
