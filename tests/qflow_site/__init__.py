"""Tests of the composition of the Django project."""
