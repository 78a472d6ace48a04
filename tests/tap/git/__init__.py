"""Tests of the tap's git source."""
