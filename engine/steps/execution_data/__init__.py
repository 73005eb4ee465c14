"""The step type execution.data: what an execution is found by."""
