"""The step type data.summarize: counts, sums and lists by group."""
