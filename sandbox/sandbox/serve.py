"""One stand-in as a process: `python -m sandbox.serve github --data folder`."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import signal
import socket
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
import uvicorn

from sandbox.wire import TransportProtocol, Wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from starlette.types import ASGIApp

GRACE_SECONDS = 5.0


def run(app: ASGIApp, close: Callable[[], object] = lambda: None, *, port: int = 0) -> None:
    """Serve on a loopback port (PORT where it is free), say which, stop when standard input closes."""
    # The protocol is named because asyncio switches Nagle's algorithm off only where it is: without,
    # each answer in two parts waits 40 ms for the client's delayed acknowledgement.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        _bind(listener, port)
        config = uvicorn.Config(
            Wire(app),
            http=TransportProtocol,
            lifespan="off",
            log_level="warning",
            access_log=False,
            date_header=False,  # the wire sets it, or a fault does
            timeout_keep_alive=600,
            timeout_graceful_shutdown=1,
        )
        server = Server(config)
        logging.getLogger("uvicorn.error").addFilter(_is_no_fault_of_ours)
        threading.Thread(target=_stop_with_parent, args=(server,), daemon=True).start()
        listener.listen(128)
        sys.stdout.write(f"{listener.getsockname()[1]}\n")
        sys.stdout.flush()
        asyncio.run(server.serve(sockets=[listener]))
    close()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # threads that still wait for something, and what DuckDB says of its leaks, concern nobody


def _bind(listener: socket.socket, port: int) -> None:
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError:
        listener.bind(("127.0.0.1", 0))


class Server(uvicorn.Server):
    """A server that leaves Ctrl-C to the command that it serves; it ends with its parent."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on SIGTERM only: a terminal sends SIGINT to every process in the foreground."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, self.handle_exit)
        yield


def _is_no_fault_of_ours(record: logging.LogRecord) -> bool:
    """Leave out what uvicorn says of an answer that was spoilt on request."""
    return not record.getMessage().startswith("ASGI callable returned without")


def _stop_with_parent(server: uvicorn.Server) -> None:
    sys.stdin.buffer.read()
    server.should_exit = True
    threading.Event().wait(GRACE_SECONDS)
    os._exit(0)


class OneSentence(click.Group):
    """Servers whose errors at the start are a sentence: a data folder can hold anything."""

    def invoke(self, context: click.Context) -> object:
        """Serve; say what is wrong without a stack trace."""
        try:
            return super().invoke(context)
        except Exception as error:
            if isinstance(error, click.ClickException):
                raise
            message = f"the {context.invoked_subcommand} server: {type(error).__name__}: {error}"
            raise click.ClickException(message) from error


@click.group(cls=OneSentence)
def main() -> None:
    """Serve one of the stand-ins."""


@main.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True, file_okay=False), required=True)
@click.option("--settings", required=True, help="JSON: sandbox.github.settings.Settings")
def github(data: Path, settings: str) -> None:
    """Serve a data folder as GitHub."""
    from sandbox.github.app import create_app  # noqa: PLC0415 - each process loads its own server only
    from sandbox.github.settings import Settings  # noqa: PLC0415

    chosen = Settings(**json.loads(settings))
    run(create_app(data, chosen), port=chosen.port)


@main.command()
@click.option("--folder", type=click.Path(path_type=Path), required=True)
@click.option("--bucket", required=True)
def gcs(folder: Path, bucket: str) -> None:
    """Serve a folder as Google Cloud Storage."""
    from sandbox.gcs.app import create_app  # noqa: PLC0415 - each process loads its own server only

    run(create_app(folder, bucket=bucket))


@main.command()
@click.option("--folder", type=click.Path(path_type=Path), required=True)
@click.option("--gcs-url", required=True)
@click.option("--part-rows", type=int, help="rows of a part of a table, by which a scan leaves rows out")
@click.option("--port", type=int, default=0, help="where it is free")
def snowflake(folder: Path, gcs_url: str, part_rows: int | None, port: int) -> None:
    """Serve a folder of databases as Snowflake."""
    from sandbox.snowflake.app import create_app  # noqa: PLC0415 - each process loads its own server only
    from sandbox.snowflake.warehouse import Warehouse  # noqa: PLC0415

    gc.set_threshold(50_000)  # looking for cycles among syntax trees took a tenth of a statement
    warehouse = Warehouse(folder, gcs_url=gcs_url, part_rows=part_rows)
    run(create_app(warehouse), close=warehouse.duck_conn.close, port=port)


@main.command()
@click.option("--file", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=True)
def secrets(file: Path) -> None:
    """Serve the secrets of a file as Secret Manager."""
    from sandbox.secrets.app import create_app  # noqa: PLC0415 - each process loads its own server only

    run(create_app(file))


if __name__ == "__main__":
    main()
