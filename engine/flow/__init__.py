"""The plan: definition formats, the one graph they become, validation and versions."""
