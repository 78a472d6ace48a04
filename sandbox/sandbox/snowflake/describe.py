"""Gap: DESCRIBE TABLE of a table of another database, and of a temporary one."""

from __future__ import annotations

from string import Template

from fakesnow.transforms import transforms

OWN_DATABASE = "FROM _fs_information_schema._fs_columns"
EVERY_DATABASE = "FROM _fs_global._fs_information_schema._fs_columns"


def close_gap() -> None:
    """Let fakesnow look for the columns in every database; it names the one it wants anyway."""
    query = transforms.SQL_DESCRIBE_TABLE.template
    transforms.SQL_DESCRIBE_TABLE = Template(query.replace(OWN_DATABASE, EVERY_DATABASE))
