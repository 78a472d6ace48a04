"""Gap: statements about the account, which has no roles, users, grants or warehouses here, do nothing.

So whether a role may do what it does can not be seen here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlglot import exp

if TYPE_CHECKING:
    from sqlglot import Expr

_OBJECTS = (
    r"WAREHOUSE|ROLE|DATABASE\s+ROLE|USER|(STORAGE|NOTIFICATION|SECURITY|API)?\s*INTEGRATION|RESOURCE\s+MONITOR"
    r"|NETWORK\s+\w+|(AUTHENTICATION|PASSWORD|SESSION|MASKING)\s+POLICY|TAG"
)
_NOTHING_TO_DO = re.compile(
    rf"""\s*(
      (CREATE|ALTER|DROP)\s+(OR\s+REPLACE\s+)?({_OBJECTS})\b
    | (GRANT|REVOKE)\b
    | ALTER\s+(ACCOUNT|DATABASE|SCHEMA|STAGE|FILE\s+FORMAT)\b
    | ALTER\s+SESSION\b(?!.*\bAUTOCOMMIT\b)
    | USE\s+(ROLE|WAREHOUSE|SECONDARY\s+ROLES)\b
    )""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_WITHOUT_MEANING = (exp.TransientProperty, exp.CopyGrantsProperty, exp.Cluster)


def is_nothing_to_do(command: str) -> bool:
    """Tell whether a command is about the account."""
    return _NOTHING_TO_DO.match(command) is not None


def sets_properties_only(statement: Expr) -> bool:
    """Tell whether an ALTER TABLE only sets what has no meaning here: comments, retention, tags."""
    return isinstance(statement, exp.Alter) and all(
        isinstance(action, exp.AlterSet) for action in statement.args["actions"]
    )


def drop_properties(statement: Expr) -> None:
    """Take properties without meaning here out of a CREATE, in place."""
    properties = statement.args.get("properties")
    if not isinstance(statement, exp.Create) or properties is None:
        return
    kept = [one for one in properties.expressions if not isinstance(one, _WITHOUT_MEANING)]
    if kept:
        properties.set("expressions", kept)
    else:
        statement.set("properties", None)
