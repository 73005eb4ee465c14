"""The verifier: checks a bundle with nothing but Python's standard library and a signature check.

It imports nothing of the engine but itself, so that a stranger can read all of it and run it alone.
The engine writes its journals with the same functions.
"""
