"""The step type code.python: Python of a user, run in the sandbox."""
