"""The pages: one module for each kind, whose view makes the page from the graph and a visit."""
