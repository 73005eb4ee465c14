"""The same job on comparable systems, each in its own environment, in turns on this machine."""
