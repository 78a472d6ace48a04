"""The doctor: looks at everything that a run needs, once, and says what mends it."""

from __future__ import annotations

from tap_github_custom.doctor.doctor import Doctor
from tap_github_custom.doctor.finding import Check, Finding, Verdict, diagnose

__all__ = ["Check", "Doctor", "Finding", "Verdict", "diagnose"]
