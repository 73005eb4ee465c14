"""The step type file.extract: takes values out of a file."""
