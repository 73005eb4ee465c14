"""Tests of modules that users bring."""
