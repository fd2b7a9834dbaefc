"""Explanations: what the graph holds about one thing."""
