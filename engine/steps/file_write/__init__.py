"""The step type file.write: writes files of items to the machine."""
