"""Django's entry to the command line."""
