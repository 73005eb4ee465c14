"""The step type data.unseen: items that earlier executions had fall away."""
