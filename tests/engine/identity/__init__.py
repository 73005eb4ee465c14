"""Tests of engine.identity."""
