"""Real HTTP servers on loopback for tests, and a certificate authority for them."""
