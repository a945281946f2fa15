//! Person, account, token, machine, enrollment, audit event.
