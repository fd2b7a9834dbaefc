"""Pictures of the graph: what is in one, its source for Graphviz, and the SVG that comes of it."""
