"""Measurements; each folder says what it measures."""
