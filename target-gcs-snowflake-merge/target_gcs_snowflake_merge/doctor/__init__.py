"""The doctor: looks at everything that a load needs, once, and says what mends it."""

from __future__ import annotations

from target_gcs_snowflake_merge.doctor.doctor import Doctor
from target_gcs_snowflake_merge.doctor.finding import Finding, Verdict, diagnose

__all__ = ["Doctor", "Finding", "Verdict", "diagnose"]
