//! HTTP edge of the server.
