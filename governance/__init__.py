"""DAOs, members, proposals, votes and the template catalogue (plain Django and htmx)."""
