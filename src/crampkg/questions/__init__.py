"""The lint of question files."""
