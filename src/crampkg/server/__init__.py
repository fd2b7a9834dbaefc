"""The graph over HTTP: SPARQL 1.1 Protocol, Graph Store reads and the question library."""
