"""The step type data.date: dates read, written, moved, compared and rounded."""
