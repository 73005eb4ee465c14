"""The step type data.deduplicate: items that were there before fall away."""
