"""Engines that answer SPARQL."""
