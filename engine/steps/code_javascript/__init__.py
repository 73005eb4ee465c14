"""The step type code.javascript: JavaScript of a user, run in the sandbox."""
