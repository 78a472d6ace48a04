"""Tests of the target."""
