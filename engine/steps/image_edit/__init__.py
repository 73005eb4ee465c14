"""The step type image.edit: makes and changes pictures."""
