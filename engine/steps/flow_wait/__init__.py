"""The step type flow.wait: go on after a time, a call or an event."""
