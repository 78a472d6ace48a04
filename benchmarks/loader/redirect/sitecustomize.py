"""Sends every Snowflake connection of a peer to the stand-in: not all of them have a setting for the host."""

from __future__ import annotations

import os
from typing import Any

from snowflake.connector.connection import SnowflakeConnection

_initialise = SnowflakeConnection.__init__


def initialise(self: SnowflakeConnection, *arguments: Any, **options: Any) -> None:  # noqa: ANN401
    """Connect to where the stand-in is, whatever else is asked for."""
    there = {"host": "127.0.0.1", "port": int(os.environ["STAND_IN_PORT"]), "protocol": "http"}
    _initialise(self, *arguments, **{**options, **there})


SnowflakeConnection.__init__ = initialise  # type: ignore[method-assign]
