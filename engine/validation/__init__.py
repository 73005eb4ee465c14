"""Pure policies that say whether an operation may happen, usable without the rest of the engine."""
