"""The sockets: what the core asks of the world, as small protocols."""
