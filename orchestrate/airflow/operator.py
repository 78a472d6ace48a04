"""The operator of the tasks: Airflow's BashOperator, but for how it ends what it runs."""

from __future__ import annotations

from functools import cached_property
from threading import Event, Thread
from typing import Any

from airflow.providers.standard.hooks.subprocess import SubprocessHook, SubprocessResult
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk.exceptions import AirflowTaskTimeout

from orchestrate.ending import end


class CommandHook(SubprocessHook):  # type: ignore[misc] # Airflow has an environment of its own
    """Runs a command, which is told once to end: that of Airflow tells all processes of its group."""

    def __init__(self) -> None:
        """Run nothing yet."""
        super().__init__()
        self._is_done = Event()
        self._ending: Thread | None = None

    def run_command(self, *args: Any, **options: Any) -> SubprocessResult:  # noqa: ANN401 - Airflow's
        """Run the command; return, or raise, when it and what it left behind have been told to end."""
        try:
            return super().run_command(*args, **options)
        except AirflowTaskTimeout:
            # Airflow asks for the end after this only, when nobody reads any more: what the command says
            # then would fill the pipe, and it would wait.
            self.send_sigterm()
            for line in self.sub_process.stdout if self.sub_process else ():
                self.log.info("%s", line.decode(errors="backslashreplace").rstrip())
            raise
        finally:
            self._is_done.set()
            if self._ending:
                self._ending.join()

    def send_sigterm(self) -> None:
        """End the command; the thread lets who asks, maybe the handler of a signal, go on reading."""
        if self.sub_process and not self._ending:
            # Nothing is logged: in the handler of a signal, the log may be what was interrupted.
            self._ending = Thread(target=end, args=(self.sub_process, self._is_done), daemon=True)
            self._ending.start()


class CommandOperator(BashOperator):  # type: ignore[misc] # as above
    """Runs one command of the project."""

    @cached_property
    def subprocess_hook(self) -> CommandHook:
        """What runs the command."""
        return CommandHook()
