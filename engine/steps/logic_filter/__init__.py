"""The step type logic.filter: items for which conditions hold."""
