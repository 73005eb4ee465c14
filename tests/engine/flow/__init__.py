"""Tests of the plan: formats, graph, versions."""
