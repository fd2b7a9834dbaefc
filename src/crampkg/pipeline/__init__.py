"""From source text to one immutable dataset."""
