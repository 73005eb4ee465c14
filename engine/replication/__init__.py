"""State that converges between nodes: CRDTs, conflict telemetry and compaction."""
