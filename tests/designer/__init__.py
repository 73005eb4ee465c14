"""Tests of the browser's pages."""
