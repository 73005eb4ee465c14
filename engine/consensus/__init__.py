"""Agreement among nodes as pure state machines without I/O."""
