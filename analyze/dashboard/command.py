"""The command `dashboard`: Streamlit on this app, with this folder's configuration."""

from __future__ import annotations

import os
import sys
from pathlib import Path

APP = Path(__file__).parents[1]


def main() -> None:
    """Become Streamlit; further arguments are Streamlit's, for example `--server.port 8600`."""
    if path := os.environ.get("SNOWFLAKE_PRIVATE_KEY_PATH"):
        os.environ["SNOWFLAKE_PRIVATE_KEY_PATH"] = os.path.abspath(path)  # noqa: PTH100 - `~` stays, as for dbt
    os.chdir(APP)  # Streamlit reads .streamlit/config.toml below the folder that it is started in
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", *sys.argv[1:]]
    os.execv(sys.executable, command)  # noqa: S606 - the interpreter that runs this
