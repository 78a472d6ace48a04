"""Tests against real accounts; they skip where no credentials are given."""
