//! What agent and server, and provider and agent, say to each other.
