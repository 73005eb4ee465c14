"""The facts: one frozen dataclass per event, and fold, which derives the state from them."""
