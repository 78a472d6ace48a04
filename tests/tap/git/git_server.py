"""A server for git's smart HTTP protocol that can refuse, hold back and cut off its answers."""

from __future__ import annotations

import base64
import ssl
import subprocess
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from pathlib import Path

TOKEN = "ghs_thisIsTheSecret0123456789"  # noqa: S105 - of this server only
BASIC = base64.b64encode(f"x-access-token:{TOKEN}".encode()).decode()


class GitServer(ThreadingHTTPServer):
    """Serves the repositories of a folder to those who show the token."""

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        """Listen on a free port of the loopback interface."""
        super().__init__(("127.0.0.1", 0), _Handler)
        self.folder = folder
        self._scheme = "http"
        self.status: HTTPStatus | None = None
        self.cut_packs = False
        self.asked_for_pack = threading.Event()
        self.may_send_pack = threading.Event()
        self.may_send_pack.set()

    def __enter__(self) -> Self:
        """Serve in the background."""
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop serving."""
        self.may_send_pack.set()
        self.shutdown()
        self.server_close()

    def use_tls(self, certificate: Path, key: Path) -> None:
        """Speak HTTPS from now on."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self._scheme = "https"

    def handle_error(self, *_: object) -> None:
        """Say nothing of clients that hang up, as those do that do not trust the certificate."""

    def url(self, name: str) -> str:
        """Return the address of a repository."""
        return f"{self._scheme}://127.0.0.1:{self.server_port}/{name}"


class _Handler(BaseHTTPRequestHandler):
    server: GitServer

    def do_GET(self) -> None:
        """Answer a request for references."""
        self._answer(b"")

    def do_POST(self) -> None:
        """Answer a request for references or, the last of them, for a pack."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is inherited
        """Say nothing."""

    def _answer(self, body: bytes) -> None:
        if self.headers["Authorization"] != f"Basic {BASIC}":
            self._refuse(HTTPStatus.UNAUTHORIZED)
        elif self.server.status is not None:
            self._refuse(self.server.status)
        else:
            headers, content = self._backend(body)
            is_pack = b"packfile" in content[:4096]
            if is_pack:
                self.server.asked_for_pack.set()
                self.server.may_send_pack.wait()
            self.send_response(HTTPStatus.OK)
            for line in headers.decode().splitlines():
                self.send_header(*line.split(": ", 1))
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: len(content) // 2] if is_pack and self.server.cut_packs else content)

    def _refuse(self, status: HTTPStatus) -> None:
        self.send_response(status)
        if status == HTTPStatus.UNAUTHORIZED:
            self.send_header("WWW-Authenticate", 'Basic realm="GitHub"')
        self.end_headers()

    def _backend(self, body: bytes) -> tuple[bytes, bytes]:
        path, _, query = self.path.partition("?")
        variables = {
            "GIT_PROJECT_ROOT": str(self.server.folder),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
        }
        done = subprocess.run(
            ["git", "http-backend"], input=body, env=variables, capture_output=True, check=True
        )
        headers, _, content = done.stdout.partition(b"\r\n\r\n")
        return headers, content
