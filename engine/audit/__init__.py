"""Proof of what happened: the hash chain of the journal and its verification."""
