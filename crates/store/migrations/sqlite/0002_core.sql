-- Ids are 16-byte blobs, times whole seconds since 1970 (UTC), words as in crates/domain.

CREATE TABLE machine_groups (
    id         BLOB PRIMARY KEY,
    name       TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL
);

CREATE TABLE join_codes (
    id          BLOB PRIMARY KEY,
    secret_hash BLOB NOT NULL UNIQUE,
    group_id    BLOB NOT NULL REFERENCES machine_groups (id),
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    uses_left   INTEGER NOT NULL
);

CREATE TABLE machines (
    id              BLOB PRIMARY KEY,
    group_id        BLOB NOT NULL REFERENCES machine_groups (id),
    name            TEXT NOT NULL,
    public_key      BLOB NOT NULL UNIQUE,
    machine_sid     TEXT NOT NULL,
    firmware_uuid   TEXT NOT NULL,
    agent_version   TEXT NOT NULL,
    os              TEXT NOT NULL,
    joined_at       INTEGER NOT NULL,
    last_seen_at    INTEGER NOT NULL,
    state           TEXT NOT NULL,
    suspended_until INTEGER
);

-- New people a machine brought on one day (days since 1970).
CREATE TABLE new_people (
    machine_id BLOB NOT NULL REFERENCES machines (id),
    day        INTEGER NOT NULL,
    people     INTEGER NOT NULL,
    PRIMARY KEY (machine_id, day)
) WITHOUT ROWID;

CREATE TABLE people (
    id            BLOB NOT NULL PRIMARY KEY,
    name          TEXT NOT NULL,
    state         TEXT NOT NULL,
    first_seen_at INTEGER NOT NULL,
    blocked_until INTEGER
) WITHOUT ROWID;

CREATE TABLE accounts (
    authority     TEXT NOT NULL,
    sid           TEXT NOT NULL,
    person_id     BLOB NOT NULL REFERENCES people (id),
    name          TEXT NOT NULL,
    upn           TEXT,
    first_seen_at INTEGER NOT NULL,
    first_seen_on BLOB,
    PRIMARY KEY (authority, sid)
) WITHOUT ROWID;
CREATE INDEX accounts_of_person ON accounts (person_id);
CREATE INDEX accounts_by_name ON accounts (name);

-- By person first: what verifying a code reads and writes is then one page, however many tokens there are.
CREATE TABLE tokens (
    person_id    BLOB NOT NULL REFERENCES people (id),
    id           BLOB NOT NULL UNIQUE,
    serial       TEXT NOT NULL UNIQUE,
    label        TEXT NOT NULL,
    parameters   TEXT NOT NULL,
    seed         BLOB NOT NULL,
    last_step    INTEGER NOT NULL,
    drift        INTEGER NOT NULL,
    state        TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    origin       TEXT NOT NULL,
    last_used_at INTEGER,
    PRIMARY KEY (person_id, id)
) WITHOUT ROWID;

-- One pending enrollment for a person in each place. A dead one stays until it expires, to say why it died.
CREATE TABLE pending_enrollments (
    person_id  BLOB NOT NULL REFERENCES people (id),
    origin     TEXT NOT NULL,
    parameters TEXT NOT NULL,
    seed       BLOB NOT NULL,
    shown_at   INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    lost_to    TEXT,
    lost_at    INTEGER,
    PRIMARY KEY (person_id, origin)
) WITHOUT ROWID;

CREATE TABLE lockouts (
    person_id BLOB NOT NULL REFERENCES people (id),
    place     TEXT NOT NULL,
    state     TEXT NOT NULL,
    PRIMARY KEY (person_id, place)
) WITHOUT ROWID;

CREATE TABLE attempts (
    machine_id    BLOB NOT NULL REFERENCES machines (id),
    id            BLOB NOT NULL,
    person_id     BLOB NOT NULL REFERENCES people (id),
    authority     TEXT NOT NULL,
    sid           TEXT NOT NULL,
    session       INTEGER NOT NULL,
    kind          TEXT NOT NULL,
    place         TEXT NOT NULL,
    stage         TEXT NOT NULL,
    needs_code    INTEGER NOT NULL,
    begun_at      INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL,
    -- What the request that began it and the one that ended it were answered, so that a retry gets the same answer.
    -- Here, and not in rows of their own, since the row is written at both moments anyway.
    first_request BLOB,
    first_hash    BLOB,
    first_answer  TEXT,
    last_request  BLOB,
    last_hash     BLOB,
    last_answer   TEXT,
    PRIMARY KEY (machine_id, id)
) WITHOUT ROWID;
CREATE INDEX attempts_by_expiry ON attempts (expires_at);

-- What the other requests were answered: those in between, and those that began nothing.
CREATE TABLE answers (
    machine_id BLOB NOT NULL,
    attempt_id BLOB NOT NULL,
    request_id BLOB NOT NULL,
    body_hash  BLOB NOT NULL,
    answer     TEXT NOT NULL,
    at         INTEGER NOT NULL,
    PRIMARY KEY (machine_id, attempt_id, request_id)
) WITHOUT ROWID;
CREATE INDEX answers_by_age ON answers (at);

CREATE TABLE enrollment_codes (
    person_id  BLOB PRIMARY KEY REFERENCES people (id),
    code       BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
);

CREATE TABLE enrollment_approvals (
    person_id    BLOB NOT NULL REFERENCES people (id),
    machine_id   BLOB NOT NULL REFERENCES machines (id),
    requested_at INTEGER NOT NULL,
    granted      INTEGER,
    decided_at   INTEGER,
    PRIMARY KEY (person_id, machine_id)
) WITHOUT ROWID;

CREATE TABLE invitations (
    id          BLOB PRIMARY KEY,
    secret_hash BLOB NOT NULL UNIQUE,
    person_id   BLOB NOT NULL REFERENCES people (id),
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    used_at     INTEGER
);

CREATE TABLE recovery_codes (
    person_id BLOB NOT NULL REFERENCES people (id),
    number    INTEGER NOT NULL,
    hash      TEXT NOT NULL,
    used_at   INTEGER,
    PRIMARY KEY (person_id, number)
) WITHOUT ROWID;

CREATE TABLE policies (
    version    INTEGER PRIMARY KEY,
    toml       TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL
);

-- Without indexes: each would make every event write one more page, somewhere. Who looks for events of a person reads
-- the trail backwards.
CREATE TABLE audit (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    at         INTEGER NOT NULL,
    kind       TEXT NOT NULL,
    person_id  BLOB,
    machine_id BLOB,
    event      TEXT NOT NULL
);

CREATE TABLE audit_seals (
    number    INTEGER PRIMARY KEY,
    first_seq INTEGER NOT NULL,
    last_seq  INTEGER NOT NULL,
    at        INTEGER NOT NULL,
    previous  BLOB NOT NULL,
    digest    BLOB NOT NULL,
    key_id    TEXT NOT NULL,
    signature BLOB NOT NULL
);

-- Reports of machines already recorded.
CREATE TABLE reports (
    machine_id BLOB NOT NULL,
    id         BLOB NOT NULL,
    at         INTEGER NOT NULL,
    PRIMARY KEY (machine_id, id)
) WITHOUT ROWID;
