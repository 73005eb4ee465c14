"""The step type data.split: the elements of a list become items."""
