-- People who began to enroll on a machine on one day (days since 1970) without a code or an approval: each counts once.
-- No reference to people: somebody who was joined with somebody else still counts.
DROP TABLE new_people;
CREATE TABLE begun_enrollments (
    machine_id BLOB NOT NULL REFERENCES machines (id),
    day        INTEGER NOT NULL,
    person_id  BLOB NOT NULL,
    PRIMARY KEY (machine_id, day, person_id)
) WITHOUT ROWID;

CREATE INDEX reports_by_age ON reports (at);
