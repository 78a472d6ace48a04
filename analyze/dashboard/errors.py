"""What can go wrong, by what the reader does about it.

DashboardError
├── SettingsError      set the variable that it names
├── UnreachableError   see whether Snowflake can be reached, and lets this user in
├── MartsMissingError  run dbt, or let the role read the marts
└── QueryError         report it
"""

from __future__ import annotations


class DashboardError(Exception):
    """A sentence for the reader; it never holds settings or rows."""


class SettingsError(DashboardError):
    """A setting is missing or wrong."""


class UnreachableError(DashboardError):
    """Snowflake cannot be reached, or does not let this user in."""


class MartsMissingError(DashboardError):
    """A mart is not there, or this role may not read it."""


class QueryError(DashboardError):
    """Snowflake refused a query for another reason."""
