"""The step type flow.stop: the execution ends with an error."""
