-- The number and the SHA-256 of each event that a seal covers, one after the other, so that the first one that was changed can
-- be named. Seals of before have none.
ALTER TABLE audit_seals ADD COLUMN leaves BLOB;
