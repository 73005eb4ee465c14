"""The step type flow.approval: go on when a person has decided."""
