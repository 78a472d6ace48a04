"""Rows from GitHub's objects: pure functions, a module per stream, the columns in lower case."""
