"""The step type flow.noop: nothing happens."""
