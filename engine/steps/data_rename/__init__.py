"""The step type data.rename: fields get other names."""
