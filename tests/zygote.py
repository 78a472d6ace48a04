"""Forks a process for each run of a command out of one that has imported it, which takes seconds.

Each request on the socket that is standard input holds the arguments and the environment of a run as JSON,
and four files: its standard input, output and error, and where its process id and in the end its exit code
are written.
"""

from __future__ import annotations

import faulthandler
import json
import os
import signal
import socket
import sys
import threading

MOST_BYTES = 1024 * 1024


def serve() -> list[str]:
    """Fork for each request; only a process that is to run the command returns, with its arguments."""
    assert threading.active_count() == 1, "what another thread holds at a fork is held for ever"
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the minders
    requests = socket.socket(fileno=os.dup(0))
    while True:
        request, files, _, _ = socket.recv_fds(requests, MOST_BYTES, 4)
        if not request:
            os._exit(0)
        if not os.fork():
            break
        for file in files:
            os.close(file)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    requests.close()
    *standard, status = files
    if command := os.fork():
        _mind(command, status, standard)
    os.close(status)
    for number, file in enumerate(standard):
        os.dup2(file, number)
        os.close(file)
    arguments, environment = json.loads(request)
    os.environ.clear()
    os.environ.update(environment)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 - the file that was passed
    faulthandler.register(signal.SIGUSR1)  # where each thread is, for a test that waited too long
    return list(arguments)


def _mind(command: int, status: int, standard: list[int]) -> None:
    """Tell the process id of the command, and how it ended."""
    for file in standard:
        os.close(file)
    os.write(status, f"{command}\n".encode())
    _, how = os.waitpid(command, 0)
    os.write(status, f"{os.waitstatus_to_exitcode(how)}\n".encode())
    os._exit(0)
