-- Codes for people who have no token at hand, as slow hashes; one for a person. Without a number of uses: any number.
CREATE TABLE temporary_codes (
    person_id  BLOB NOT NULL PRIMARY KEY REFERENCES people (id),
    hash       TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    uses_left  INTEGER
) WITHOUT ROWID;
