-- Backups of authenticators, sealed in the app. Name and key of a box are made there of a user name and a password;
-- here are keyed hashes of both, and the sealed backup is sealed once more.
CREATE TABLE backup_boxes (
    id         BLOB NOT NULL PRIMARY KEY,
    key_hash   BLOB NOT NULL,
    newest     INTEGER NOT NULL,
    hash       BLOB NOT NULL,
    bytes      INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    written_at INTEGER NOT NULL,
    used_at    INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX backup_boxes_by_use ON backup_boxes (used_at);

-- With a rowid: rows of a megabyte do not belong into the tree that is searched.
CREATE TABLE backup_generations (
    box_id     BLOB NOT NULL REFERENCES backup_boxes (id),
    number     INTEGER NOT NULL,
    hash       BLOB NOT NULL,
    size       INTEGER NOT NULL,
    written_at INTEGER NOT NULL,
    content    BLOB NOT NULL,
    PRIMARY KEY (box_id, number)
);

-- One row: what all boxes hold together, so that a write need not add it up.
CREATE TABLE backup_totals (
    id    INTEGER NOT NULL PRIMARY KEY,
    boxes INTEGER NOT NULL,
    bytes INTEGER NOT NULL
);
INSERT INTO backup_totals (id, boxes, bytes) VALUES (1, 0, 0);

-- What came from one network on one day (days since 1970); dropped some days later. No reference to boxes, so that it
-- does not say who has which. The empty network stands for all.
CREATE TABLE backup_networks (
    day     INTEGER NOT NULL,
    network BLOB NOT NULL,
    boxes   INTEGER NOT NULL,
    bytes   INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    PRIMARY KEY (day, network)
) WITHOUT ROWID;
