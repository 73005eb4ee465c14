"""Keys: sign, verify, encrypt."""
