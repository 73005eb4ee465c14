"""The step type mail.send: sends mail through a server (SMTP)."""
