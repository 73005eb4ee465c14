"""The step type logic.condition: items split by a yes-or-no question."""
