"""The step type data.sort: items in another order."""
