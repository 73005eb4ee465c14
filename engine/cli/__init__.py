"""The command line door: the qflow command."""
