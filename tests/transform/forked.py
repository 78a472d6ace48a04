"""The command of dbt, imported once for many runs, with the project parsed."""

from __future__ import annotations

import os
import sys

os.environ["SNOWFLAKE_DISABLE_MINICORE"] = "true"  # a thread that loads a library would not survive the fork

from dbt.cli.main import dbtRunner

from tests.zygote import serve

if __name__ == "__main__":
    parsed = dbtRunner().invoke(["--quiet", "parse"])  # by threads of its own, which would not survive either
    if not parsed.success:
        sys.exit(f"dbt did not parse the project: {parsed.exception}")
    arguments = serve()
    told = dbtRunner(parsed.result).invoke(arguments)
    sys.exit(0 if told.success else 2 if told.exception else 1)
