"""Answers: rows, and the formats and tables in which they leave."""
