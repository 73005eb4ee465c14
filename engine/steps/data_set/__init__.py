"""The step type data.set: fields are added or replaced."""
