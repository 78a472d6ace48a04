"""Changes on request: at once, or just after an answer has been made up."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse

from sandbox.github.changes import CHANGES
from sandbox.github.changes.recording import ChangeError, Recording

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send


@dataclass
class Planned:
    """A change that waits for the `nth` request whose path matches."""

    change: str
    arguments: dict[str, Any]
    after_path: str = ""
    nth: int = 1
    seen: int = 0

    def __post_init__(self) -> None:
        """Raise where there is no such change."""
        if self.change not in CHANGES:
            message = f"There is no change {self.change!r}; there are {', '.join(CHANGES)}."
            raise ChangeError(message)

    def is_due(self, path: str) -> bool:
        """Count a request; tell whether it is the one."""
        if re.search(self.after_path, path) is None:
            return False
        self.seen += 1
        return self.seen == self.nth


@dataclass
class Changer:
    """What is planned for a data folder."""

    folder: Path
    planned: list[Planned] = field(default_factory=list)

    def make(self, planned: Planned) -> None:
        """Change the folder, and let the server see it with its next answer."""
        recording = Recording(self.folder)
        CHANGES[planned.change](recording, **planned.arguments)
        recording.announce()

    async def add(self, request: Request) -> Response:
        """`POST /_sandbox/changes`: a change at once or, where it says after which path, later."""
        try:
            asked = Planned(**await request.json())
            if asked.after_path:
                self.planned.append(asked)
            else:
                self.make(asked)
        except (ChangeError, TypeError) as error:
            return JSONResponse({"error": str(error)}, status_code=400)
        return JSONResponse({"ok": True})


class Changing:
    """An ASGI application that makes what is planned once an answer is made up, before it is sent."""

    def __init__(self, app: ASGIApp, *, changer: Changer) -> None:
        """Wrap this application."""
        self._app = app
        self._changer = changer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; whatever follows the answer sees the change."""
        path = scope.get("path", "")
        due = [each for each in self._changer.planned if each.is_due(path)]

        async def sending(message: Message) -> None:
            while due:
                each = due.pop(0)
                self._changer.planned.remove(each)
                self._changer.make(each)
            await send(message)

        await self._app(scope, receive, sending if due else send)
