"""Gap: the public keys of users. A user who was given one is let in with it only; others with any key.

What is set by ALTER USER counts until the server ends.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections import defaultdict

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_der_public_key

_ALTER_USER = re.compile(
    r"\s*ALTER\s+USER\s+(IF\s+EXISTS\s+)?\"?(?P<user>\w+)\"?\s+(?P<action>SET|UNSET)\s+(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_SET = re.compile(r"\b(?P<slot>RSA_PUBLIC_KEY(_2)?)\s*=\s*'(?P<key>[^']*)'", re.IGNORECASE)
_UNSET = re.compile(r"\b(?P<slot>RSA_PUBLIC_KEY(_2)?)\b", re.IGNORECASE)


class UserKeys:
    """The two keys that each user may have."""

    def __init__(self) -> None:
        """Know no key yet."""
        self._keys: dict[str, dict[str, str]] = defaultdict(dict)

    def learn(self, command: str) -> None:
        """Take note of an ALTER USER; any other statement means nothing here."""
        found = _ALTER_USER.match(command)
        if found is None:
            return
        keys = self._keys[found["user"].upper()]
        if found["action"].upper() == "SET":
            keys.update({each["slot"].upper(): each["key"] for each in _SET.finditer(found["rest"])})
        else:
            for each in _UNSET.finditer(found["rest"]):
                keys.pop(each["slot"].upper(), None)

    def let_in(self, user: str, token: str) -> bool:
        """Tell whether a token was signed with one of the user's keys."""
        keys = self._keys.get(user.upper())
        return not keys or any(_is_signed_with(key, token) for key in keys.values())


def _is_signed_with(key: str, token: str) -> bool:
    try:
        public = load_der_public_key(base64.b64decode(key))
        jwt.decode(token, public, algorithms=["RS256"])  # type: ignore[arg-type] # an RSA key, or it fails
    except (binascii.Error, ValueError, TypeError, UnsupportedAlgorithm, jwt.PyJWTError):
        return False
    return True
