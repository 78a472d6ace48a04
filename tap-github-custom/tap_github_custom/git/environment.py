"""The environment in which git runs: nothing of the user's own configuration, and the credentials."""

from __future__ import annotations

import base64
import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

# What git needs of the caller's environment; everything else that changes git's mind stays out, HOME with
# it, where git would find logins in .netrc.
_KEPT = {
    "PATH",
    "SYSTEMROOT",
    "TMPDIR",
    "ALL_PROXY",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "NO_PROXY",
    "GIT_SSL_CAINFO",
    "GIT_SSL_CAPATH",
    "GIT_PROXY_SSL_CAINFO",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
}
# What git calls otherwise than the rest of the tap does: the first that is set counts.
_OTHER_NAMES = {
    "GIT_SSL_CAINFO": ("GIT_SSL_CAINFO", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"),
    "http_proxy": ("http_proxy", "HTTP_PROXY"),
}
_FIXED = {
    "GIT_ALLOW_PROTOCOL": "https:http:file",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
    "TZ": "UTC",
}
_EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
_SETTINGS = {
    "attr.tree": _EMPTY_TREE,  # newer git reads .gitattributes in bare clones too, which would change diffs
    "core.attributesFile": "/dev/null",
    "core.hooksPath": "/dev/null",
    "credential.helper": "",
    "fetch.recurseSubmodules": "false",
    "fetch.unpackLimit": "1",  # a pack per fetch, never thousands of loose objects
    "gc.auto": "0",
    "maintenance.auto": "false",
    "safe.directory": "*",  # a cache folder on a mounted volume may belong to another user
}


def environment(outer: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for git commands that need no network."""
    inner = {name: value for name, value in outer.items() if name.upper() in _KEPT}
    for name, others in _OTHER_NAMES.items():
        value = next((outer[other] for other in others if outer.get(other)), None)
        if value:
            inner[name] = value
    return {**inner, **_FIXED, **_numbered(_SETTINGS)}


@dataclass(frozen=True)
class Secrets:
    """What lets git show a token: variables, and file descriptors that it has to inherit."""

    variables: Mapping[str, str]
    descriptors: Sequence[int] = ()


@contextmanager
def shown(token: str | None, url: str) -> Iterator[Secrets]:
    """Give git a token for the server of a URL, and for no other, until the block ends.

    It goes through a configuration file that lies in memory only, and has no name: neither command lines,
    which every user of the machine can list, nor environments, which end up in diagnostics, nor the disk
    have it. Where there are no such files (macOS) it goes through the environment.
    """
    if token is None:
        yield Secrets({})
        return
    parts = urlsplit(url)
    server = f"{parts.scheme}://{parts.netloc}/"
    basic = base64.b64encode(f"x-access-token:{token}".encode()).decode("ascii")
    header = f"Authorization: Basic {basic}"
    if not hasattr(os, "memfd_create"):
        yield Secrets(_numbered({**_SETTINGS, f"http.{server}.extraHeader": header}))
        return
    descriptor = os.memfd_create("settings")
    try:
        os.write(descriptor, f'[http "{server}"]\n\textraHeader = "{header}"\n'.encode())
        yield Secrets({"GIT_CONFIG_GLOBAL": f"/dev/fd/{descriptor}"}, (descriptor,))
    finally:
        os.close(descriptor)


def _numbered(settings: Mapping[str, str]) -> dict[str, str]:
    """Return configuration in the form in which git reads it from the environment."""
    numbered = {"GIT_CONFIG_COUNT": str(len(settings))}
    for number, (name, value) in enumerate(settings.items()):
        numbered[f"GIT_CONFIG_KEY_{number}"] = name
        numbered[f"GIT_CONFIG_VALUE_{number}"] = value
    return numbered
