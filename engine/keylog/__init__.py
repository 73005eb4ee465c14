"""Key event logs: who may sign in the name of an identity, from its inception to its end.

An identity is a log of signed key events. Its id is the CID of the first, so the keys can change and
the id stays. The rules are pure, and need nothing but Python's standard library, a DAG-CBOR decoder
and an Ed25519 check, which are given to them: a stranger can check a log with these files alone.
"""
