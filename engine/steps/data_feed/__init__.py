"""The step type data.feed: the entries of news feeds."""
