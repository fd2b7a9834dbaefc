"""Articles as tables: the notation that a curator edits, and its RDF."""
