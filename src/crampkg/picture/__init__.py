"""Pictures of the graph: the scene, its source for Graphviz, and the finished SVG."""
