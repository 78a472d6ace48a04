"""Tests of the HTTP client: decisions as tables, the rest against servers with faults."""
