//! One use case per file; the audit event in the same transaction.
