"""The browser of a node: canvas, executions, credentials and dashboards (plain Django and htmx)."""
