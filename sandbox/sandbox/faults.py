"""Faults on the wire: which requests a server spoils, and how."""

from __future__ import annotations

import re
import signal
from dataclasses import dataclass, field
from typing import Any

FIELDS = frozenset(
    (
        *("path", "method", "statement", "nth", "times", "when"),
        *("delay_seconds", "status", "headers", "body", "truncate_bytes", "drop", "kill", "signal"),
    ),
)
MOMENTS = ("before", "after")


class FaultError(ValueError):
    """A fault rule that cannot be understood."""


@dataclass
class Fault:
    """One rule: the requests that it matches, and what it does to them.

    `path` and `statement` are regular expressions that are searched for; `None` matches everything.
    The rule applies from the `nth` matching request on (1 is the next), `times` times (`None`: for ever).
    `when` is "before" (the server does nothing) or "after" (it does its work, then the answer is spoilt).
    """

    path: str | None = None
    method: str | None = None
    statement: str | None = None
    nth: int = 1
    times: int | None = 1
    when: str = "before"
    delay_seconds: float = 0.0
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    truncate_bytes: int | None = None
    drop: bool = False
    signal: str | None = None
    seen: int = 0

    @classmethod
    def from_json(cls, rule: dict[str, Any]) -> Fault:
        """Return the fault that a decoded JSON object describes."""
        unknown = rule.keys() - FIELDS
        if unknown:
            message = f"unknown field in a fault: {', '.join(sorted(unknown))}"
            raise FaultError(message)
        known = {name: value for name, value in rule.items() if name != "kill"}
        if rule.get("kill"):
            known["signal"] = "SIGKILL"
        fault = cls(**known)
        fault._check()
        return fault

    def _check(self) -> None:
        """Raise where a value makes no sense: a rule that silently does nothing makes a test worthless."""
        if self.when not in MOMENTS:
            message = f"a fault happens {' or '.join(MOMENTS)}, not {self.when!r}"
            raise FaultError(message)
        if self.signal is not None and self.signal not in signal.Signals.__members__:
            message = f"no such signal: {self.signal!r}"
            raise FaultError(message)
        for pattern in (self.path, self.statement):
            try:
                re.compile(pattern or "")
            except re.error as error:
                message = f"not a regular expression: {pattern!r}: {error}"
                raise FaultError(message) from error

    def matches(self, method: str, path: str, statement: str) -> bool:
        """Tell whether the rule is about this request, whatever its turn."""
        return (
            (self.method is None or self.method.upper() == method)
            and (self.path is None or re.search(self.path, path) is not None)
            and (self.statement is None or re.search(self.statement, statement, re.IGNORECASE) is not None)
        )

    def is_due(self) -> bool:
        """Count a matching request; tell whether the rule applies to this one."""
        self.seen += 1
        return self.seen >= self.nth and (self.times is None or self.seen < self.nth + self.times)


class Faults:
    """The rules of one server, in the order in which they came."""

    def __init__(self) -> None:
        """Begin without any rule."""
        self._rules: list[Fault] = []

    def add(self, rules: Any) -> None:  # noqa: ANN401 - what came as JSON
        """Append rules; all of them or, where one cannot be understood, none."""
        if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
            message = "faults are a list of rules, each an object"
            raise FaultError(message)
        self._rules.extend([Fault.from_json(rule) for rule in rules])

    def clear(self) -> None:
        """Forget every rule."""
        self._rules.clear()

    def due(self, method: str, path: str, statement: str) -> Fault | None:
        """Return the first rule that applies to this request, after counting it in every rule it matches."""
        matching = [rule for rule in self._rules if rule.matches(method, path, statement)]
        due = [rule for rule in matching if rule.is_due()]
        return due[0] if due else None
