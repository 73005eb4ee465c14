"""The step type data.limit: at most so many items."""
