"""Killing, doubling, racing: what must not change anything."""
