"""Answers, and the tables and formats that present them."""
