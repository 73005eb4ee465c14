"""The step type file.read: reads files of the machine."""
