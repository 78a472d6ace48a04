"""Gap: the cast of a moment to a moment, which hid the column so that no filter on it could skip rows."""

from __future__ import annotations

from string import Template

from fakesnow import macros

_FIRST_CASE = "WHEN try_cast(val AS BIGINT) IS NOT NULL"
# The type is known before the query runs, so that nothing is left of the whole expression but the column.
_ALREADY_ONE = f"WHEN typeof(val) = 'TIMESTAMP' THEN CAST(val AS TIMESTAMP)\n        {_FIRST_CASE}"


def close_gap() -> None:
    """Let fakesnow take moments as they are, before it tries numbers and texts."""
    definition = macros.FS_TO_TIMESTAMP.template
    macros.FS_TO_TIMESTAMP = Template(definition.replace(_FIRST_CASE, _ALREADY_ONE))
