"""Multiply the marts of a demo run, and time each page: `python -m benchmarks.dashboard [PULL_REQUESTS]`.

A page is timed from its opening to its last element, as Streamlit's test driver runs it: with a connection,
but nothing kept of the queries, and then once more with their answers kept. A browser's drawing is not in it.
"""

from __future__ import annotations

import argparse
import logging
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

import snowflake.connector
import streamlit as st
from dashboard.app import PAGES
from sandbox.servers import Server, serve_gcs, serve_snowflake
from streamlit.testing.v1 import AppTest

DEMO = Path(".sandbox/snowflake")
KEYED = {
    "fct_github__pull_request": "pull_request_key",
    "fct_github__lead_time_to_deploy": "pull_request_key",
    "fct_github__pull_request_review": "pull_request_key",
}


def parser() -> argparse.ArgumentParser:
    """Return the options."""
    made = argparse.ArgumentParser(prog="python -m benchmarks.dashboard", description=__doc__)
    made.add_argument("pull_requests", nargs="?", type=int, default=100_000, help="how many there are to be")
    return made


def main(pull_requests: int) -> None:
    """Print a line per page."""
    logging.disable(logging.WARNING)  # Streamlit says that it runs without a server
    if not DEMO.is_dir():
        sys.exit("There are no marts yet: run `make demo` first.")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(DEMO, folder / "snowflake")
        with (
            serve_gcs(folder / "gcs") as gcs,
            serve_snowflake(folder / "snowflake", gcs_url=gcs.url) as warehouse,
        ):
            connect(warehouse)
            say(f"{multiply(pull_requests):,} pull requests")
            seconds("overview")  # loads what Streamlit needs
            say(f"{'page':<16}{'asked, s':>10}{'kept, s':>10}")
            for page in PAGES:
                st.cache_data.clear()
                say(f"{page:<16}{seconds(page):>10.2f}{seconds(page):>10.2f}")


def say(line: str) -> None:
    """Print a line."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def connect(warehouse: Server) -> None:
    """Lead the dashboard to a stand-in."""
    settings = {"ACCOUNT": "sandbox", "USER": "sandbox", "PASSWORD": "sandbox", "HOST": "127.0.0.1"}
    settings |= {"PORT": str(warehouse.port), "PROTOCOL": "http", "DATABASE": "GITHUB_PIPELINES"}
    os.environ.update({f"SNOWFLAKE_{name}": value for name, value in settings.items()})


def multiply(pull_requests: int) -> int:
    """Let there be as many pull requests, with all that belongs to them; return how many there are."""
    with snowflake.connector.connect(
        account="sandbox",
        user="sandbox",
        password="sandbox",  # noqa: S106 - nobody's
        host="127.0.0.1",
        port=int(os.environ["SNOWFLAKE_PORT"]),
        protocol="http",
        database="GITHUB_PIPELINES",
        schema="MARTS",
        platform_detection_timeout_seconds=0,
    ) as connection:
        cursor = connection.cursor()
        there = cursor.execute("select count(*) from fct_github__pull_request")
        have = int(there.fetchall()[0][0]) if there else 0
        times = pull_requests // have
        copies = f"(select row_number() over (order by null) as n from dim_github__date limit {times})"
        for table, key in KEYED.items():
            columns = f"t.* exclude ({key}), t.{key} || '-' || copies.n as {key}"
            query = f"select {columns} from {table} as t cross join {copies} as copies"
            cursor.execute(f"create or replace table {table} as {query}")
        return have * times


def seconds(page: str) -> float:
    """Return how long a page takes."""
    began = time.perf_counter()
    app = AppTest.from_string(f"from dashboard.app import show\nshow({page!r})", default_timeout=120).run()
    if app.exception or app.error:
        sys.exit(f"{page}: {(app.exception or app.error)[0].value}")
    return time.perf_counter() - began


if __name__ == "__main__":
    main(parser().parse_args().pull_requests)
