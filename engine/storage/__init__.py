"""Django tables, the journal, leases and local blocks."""
