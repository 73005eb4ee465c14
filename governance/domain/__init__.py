"""What a DAO is and how it decides: pure rules, without Django, clocks or keys.

A DAO is the fold of its log. ``decide(dao, command, now_us)`` gives the facts that a command leads to, or
refuses it; ``apply`` takes a fact into the state. Anybody who has the log can do the same and must come to
the same result.
"""
