"""The step type data.totp: one-time codes from a shared secret."""
