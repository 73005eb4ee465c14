"""The step type data.compare: what two lists of items have in common, and where they differ."""
