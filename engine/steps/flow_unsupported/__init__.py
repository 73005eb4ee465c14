"""The step type flow.unsupported: the place of a step that another system has and Qflow has not."""
