"""Tests of the whole pipeline, as a user runs it."""
