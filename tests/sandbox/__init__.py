"""Tests of the stand-ins: each by a client that people use against the real thing."""
