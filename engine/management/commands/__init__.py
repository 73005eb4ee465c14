"""The commands Django finds: one, which is the whole command line of Qflow."""
