"""Tests, by part: tap, target, sandbox, transform, the whole pipeline."""
