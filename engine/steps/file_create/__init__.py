"""The step type file.create: makes a file of items."""
