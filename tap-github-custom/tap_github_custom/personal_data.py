"""What leaves the tap of people's names and addresses: all of it, digests of it, or nothing.

Logins, ids and directory names stay: tables are joined on them. A directory name that is an e-mail address
is treated as one. In text that people wrote (titles, bodies, messages, patches) addresses are replaced, and
the names in trailers such as `Co-authored-by: Name <address>`; a name in plain prose cannot be told.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tap_github_custom import stream_names
from tap_github_custom.credentials.secret import Secret
from tap_github_custom.credentials.secret_manager import SecretManager
from tap_github_custom.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_github_custom.repository import Row

KEEP, HASH, DROP = "keep", "hash", "drop"
KEY_CHARACTERS = 16
DIGEST_CHARACTERS = 32
REMOVED = "[removed]"

PERSONAL = {
    stream_names.COMMIT: ("author_name", "author_email"),
    stream_names.USER_LOOKUP: ("name", "email"),
}
MAYBE_ADDRESSES = {stream_names.USER_LOOKUP: ("ldap", "manager_ldap")}
WRITTEN = {
    stream_names.COMMIT: ("message",),
    stream_names.COMMIT_FILE: ("patch",),
    stream_names.PULL_REQUEST: (
        *("title", "body", "assignees", "requested_reviewers", "requested_teams"),
        *("milestone", "auto_merge", "labels"),
    ),
    stream_names.PULL_REQUEST_REVIEW: ("body",),
    stream_names.RELEASE: ("name",),
    stream_names.MILESTONE: ("title", "description"),
}
OF_AN_ACCOUNT = frozenset(("name", "email"))

# Bounded, so that no text can keep them busy for long.
ADDRESS = re.compile(r"[^\s<>()\[\]{},;:\"@]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
# A line of a patch, of a list or of what is quoted begins with a mark.
TRAILER = re.compile(
    r"^(?P<what>[ \t>*+-]{0,8}[A-Za-z-]{1,40}-by:[ \t]{0,8})(?P<name>[^<>\n]{1,200}?)[ \t]{0,8}"
    r"<(?P<address>[^<>\n]{1,254})>",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True)
class PersonalData:
    """Cleans rows on their way out."""

    way: str = KEEP
    key: Secret = field(default_factory=lambda: Secret(""))

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> PersonalData:
        """Take what a user has configured, or raise `ConfigurationError`."""
        way = config["personal_data"]
        given = config.get("personal_data_key")
        if way != HASH:
            return cls(way)
        if not given:
            message = "personal_data is hash, which needs a key: set personal_data_key to a long random text."
            raise ConfigurationError(message)
        manager = SecretManager(config.get("secret_manager_endpoint") or None)
        key = manager.secret(str(given), "personal_data_key")
        if len(key.reveal()) < KEY_CHARACTERS:
            message = f"The setting personal_data_key has to have {KEY_CHARACTERS} characters or more."
            raise ConfigurationError(message)
        return cls(way, key)

    def clean(self, stream: str, row: Row) -> Row:
        """Return the row as it may leave; with `keep` it is the row itself."""
        if self.way == KEEP:
            return row
        changed: Row = {name: self._value(row.get(name)) for name in PERSONAL.get(stream, ()) if name in row}
        for name in MAYBE_ADDRESSES.get(stream, ()):
            if ADDRESS.search(row.get(name) or ""):
                changed[name] = self._value(row[name])
        for name in WRITTEN.get(stream, ()):
            if row.get(name):
                changed[name] = self._written(row[name])
        return {**row, **changed}

    def _value(self, value: str | None) -> str | None:
        """Return what stands for a name or an address in a column of its own."""
        return self._digest(value) if value and self.way == HASH else None

    def _digest(self, value: str) -> str:
        """Return a digest that nobody can find by trying names without the key; case does not count."""
        normalised = " ".join(value.split()).lower().encode("utf-8", "surrogatepass")
        return hmac.new(self.key.reveal().encode(), normalised, hashlib.sha256).hexdigest()[
            :DIGEST_CHARACTERS
        ]

    def _in_text(self, value: str) -> str:
        return self._digest(value) if self.way == HASH else REMOVED

    def _written(self, value: Any) -> Any:  # noqa: ANN401 - JSON
        """Return text, or the texts inside of JSON, without addresses and the names in trailers."""
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, list):
            return [self._written(each) for each in value]
        if isinstance(value, dict):
            own = OF_AN_ACCOUNT if "login" in value else ()
            return {
                name: self._value(each) if name in own else self._written(each)
                for name, each in value.items()
            }
        return value

    def _text(self, text: str) -> str:
        if "@" not in text:
            return text
        without_trailers = TRAILER.sub(
            lambda found: (
                f"{found['what']}{self._in_text(found['name'])} <{self._in_text(found['address'])}>"
            ),
            text,
        )
        return ADDRESS.sub(lambda found: self._in_text(found[0]), without_trailers)
