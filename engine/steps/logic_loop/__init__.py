"""The step type logic.loop: items taken a batch at a time."""
