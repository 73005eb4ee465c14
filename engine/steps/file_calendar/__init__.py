"""The step type file.calendar: makes calendar files."""
