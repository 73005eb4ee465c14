"""The step type logic.parallel: the point from which branches run at once."""
