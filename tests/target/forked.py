"""The command of the target, imported once for many runs."""

from __future__ import annotations

import os
import sys

os.environ["SNOWFLAKE_DISABLE_MINICORE"] = "true"  # a thread that loads a library would not survive the fork

import target_gcs_snowflake_merge.opening  # noqa: F401 - before the fork: it takes seconds
from target_gcs_snowflake_merge.cli import main

from tests.zygote import serve

if __name__ == "__main__":
    sys.argv = ["target-gcs-snowflake-merge", *serve()]
    main()
