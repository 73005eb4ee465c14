"""Turns n8n workflows into flows and reports every difference."""
