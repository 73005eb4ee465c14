"""One subnet tries everything against another, through every door of a real node."""
