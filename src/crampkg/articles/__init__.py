"""Articles as tables: the notation that a curator edits, and what it stands for as RDF."""
