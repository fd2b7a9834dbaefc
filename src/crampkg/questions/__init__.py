"""The question library: SPARQL files with a header, and parameters bound by resolved terms."""
