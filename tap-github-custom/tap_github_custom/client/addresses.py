"""Where the API is: URLs of REST and GraphQL, and which of them may see the credential."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from tap_github_custom.errors import ConfigurationError, RepositoryError

DEFAULT_PORTS = {"http": 80, "https": 443}
GHES_REST = "/api/v3"
GHES_GRAPHQL = "/api/graphql"


@dataclass(frozen=True)
class Addresses:
    """The URLs of one GitHub: GitHub.com, or an Enterprise Server (`https://HOST/api/v3`)."""

    rest: str
    graphql: str
    web: str
    """Where people look, and from where git clones."""

    @classmethod
    def of(cls, api_url: str) -> Addresses:
        """Return the addresses that belong to `api_url`, or raise `ConfigurationError`."""
        base = api_url.strip().rstrip("/")
        try:
            parts = urlsplit(base)
            is_usable = parts.scheme in DEFAULT_PORTS and bool(parts.hostname) and _port(base) > 0
        except ValueError:
            is_usable = False
        if not is_usable or parts.query or parts.fragment:
            message = (
                "The setting api_url must be a URL such as https://api.github.com or https://HOST/api/v3."
            )
            raise ConfigurationError(message)
        if parts.username or parts.password:
            message = "The setting api_url must not hold a user or a password: set auth_token instead."
            raise ConfigurationError(message)
        if parts.path.endswith(GHES_REST):
            host = base.removesuffix(GHES_REST)
            return cls(rest=base, graphql=host + GHES_GRAPHQL, web=host)
        return cls(rest=base, graphql=f"{base}/graphql", web=base.replace("://api.", "://", 1))

    @property
    def shown(self) -> str:
        """Return protocol and host, for messages."""
        return _shown(self.rest)

    def url(self, path: str) -> str:
        """Return the URL of a path below the API; a URL is taken as it is."""
        return path if "://" in path else f"{self.rest}/{path.lstrip('/')}"

    def target(self, url: str, location: str) -> str:
        """Return where a redirect that came with the answer of `url` leads."""
        return urljoin(url, location)

    def page(self, url: str, link: str) -> str:
        """Return where the page is that a link in the answer of `url` names: always on the configured host.

        Behind a proxy GitHub may give itself another address. Nothing is sent there: its path is asked for
        where `api_url` leads, and if that is wrong, the answer says so.
        """
        try:
            target = urljoin(url, link)
            if origin(target) == origin(self.rest):
                return target
            path = urlsplit(target)._replace(scheme="", netloc="").geturl()
        except ValueError:
            return self.check(link, "links to")
        base = urlsplit(self.rest)
        prefix = "" if path.startswith(f"{base.path}/") else base.path
        return f"{base.scheme}://{base.netloc}{prefix}{path}"

    def check(self, url: str, what: str) -> str:
        """Return a URL that is of the configured protocol, host and port; else raise `RepositoryError`.

        Nothing is sent to any other: it would see the credential.
        """
        try:
            is_own = origin(url) == origin(self.rest)
        except ValueError:
            is_own = False
        if not is_own:
            reason = (
                f"GitHub {what} {_shown(url)}, which is not where api_url leads ({_shown(self.rest)}), so "
                "the credential is not sent there: set api_url to the address that GitHub gives itself"
            )
            raise RepositoryError(0, reason)
        return url


def origin(url: str) -> tuple[str, str, int]:
    """Return protocol, host and port of a URL; the port may follow from the protocol."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", _port(url)


def _port(url: str) -> int:
    parts = urlsplit(url)
    return parts.port if parts.port is not None else DEFAULT_PORTS.get(parts.scheme, 0)


def _shown(url: str) -> str:
    """Return protocol, host and port as they are written: the rest may hold what nobody should read."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "what is no address"
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
