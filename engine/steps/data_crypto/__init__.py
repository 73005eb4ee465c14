"""The step type data.crypto: digests, keyed digests and random text."""
