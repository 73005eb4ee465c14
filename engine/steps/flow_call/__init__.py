"""The step type flow.call: another flow run as one step."""
