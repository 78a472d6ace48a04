"""Tests of the credentials: settings, tokens, Apps, secrets."""
