"""Pure policies of placement: which work runs next, and where."""
