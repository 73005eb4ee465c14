"""The step type mail.read: reads mail from a mailbox (IMAP)."""
