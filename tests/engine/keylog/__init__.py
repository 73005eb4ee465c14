"""Tests of engine.keylog."""
