"""REST under /api/v1: one module per group of paths."""
