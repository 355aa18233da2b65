"""Credentials for another store: where they come from, and the ``Authorization`` header that they make.

In: environment variables and the challenge of a server. Out: a header. Next: :mod:`kg.publish` and :mod:`kg.engine.remote`.
They are never in a command line, a message or a log: no ``repr`` shows them.
"""

import base64
import hashlib
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from kg.errors import InputError

_PARAMETER: Final = re.compile(r'(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))')
_HASHES: Final = {"MD5": "md5", "SHA-256": "sha256"}


@dataclass
class Credentials:
    """Name and password, or a token, and what the server asked for last.

    :ivar user: name; empty if there is none
    """

    user: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    _digest: dict[str, str] = field(default_factory=dict, repr=False)
    _basic: bool = field(default=False, repr=False)
    _count: int = field(default=0, repr=False)

    def __bool__(self) -> bool:
        return bool(self.user or self.token)

    def challenge(self, headers: list[str]) -> bool:
        """Take the challenges of a response with status 401 (RFC 9110, section 11.6.1).

        :param headers: values of its ``WWW-Authenticate`` headers
        :returns: whether there is an answer to one of them that was not given yet
        """
        if not self.user or self.token:
            return False
        for header in headers:
            scheme, _, rest = header.strip().partition(" ")
            parameters = {name.lower(): quoted or plain for name, quoted, plain in _PARAMETER.findall(rest)}
            if scheme.lower() == "digest" and parameters.get("algorithm", "MD5").upper() in _HASHES:
                fresh = not self._digest or parameters.get("stale", "").lower() == "true"
                self._digest, self._count = parameters, 0
                return fresh
        if any(header.strip().lower().startswith("basic") for header in headers) and not self._basic:
            self._basic = True
            return True
        return False

    def header(self, method: str, target: str) -> dict[str, str]:
        """Headers that authorise a request; none before a challenge said which, but for a token.

        :param target: path and query of the URL
        """
        if self.token:
            return {"Authorization": f"Bearer {self.token}"}
        if self._digest:
            return {"Authorization": self._answer(method, target)}
        if self._basic:
            pair = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
            return {"Authorization": f"Basic {pair}"}
        return {}

    def _answer(self, method: str, target: str) -> str:
        """Digest response with ``qop=auth`` where the server offers it (RFC 7616, section 3.4)."""
        given = self._digest
        algorithm = given.get("algorithm", "MD5")

        def digest(text: str) -> str:
            return hashlib.new(_HASHES[algorithm.upper()], text.encode(), usedforsecurity=False).hexdigest()

        self._count += 1
        count, client = f"{self._count:08x}", secrets.token_hex(8)
        realm, nonce = given.get("realm", ""), given.get("nonce", "")
        first, second = digest(f"{self.user}:{realm}:{self.password}"), digest(f"{method}:{target}")
        parts = {"username": self.user, "realm": realm, "nonce": nonce, "uri": target}
        plain = {"algorithm": algorithm}
        if "auth" in re.split(r"[\s,]+", given.get("qop", "")):
            parts |= {"cnonce": client, "response": digest(f"{first}:{nonce}:{count}:{client}:auth:{second}")}
            plain |= {"qop": "auth", "nc": count}
        else:
            parts["response"] = digest(f"{first}:{nonce}:{second}")
        if "opaque" in given:
            parts["opaque"] = given["opaque"]
        quoted = [f'{name}="{_escaped(value)}"' for name, value in parts.items()]
        return "Digest " + ", ".join([*quoted, *(f"{name}={value}" for name, value in plain.items())])


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')


def from_environment(prefix: str, environment: Mapping[str, str] = os.environ) -> Credentials:
    """Credentials of the variables ``<prefix>_USER``, ``<prefix>_PASSWORD`` and ``<prefix>_TOKEN``.

    :raises InputError: if they do not go together, or a token has a character that no header can have
    """
    user, password, token = (environment.get(f"{prefix}_{name}", "") for name in ("USER", "PASSWORD", "TOKEN"))
    if token and (user or password):
        raise InputError(f"{prefix}_TOKEN is set, and {prefix}_USER or {prefix}_PASSWORD too; unset what is not for this store")
    if bool(user) != bool(password):
        missing, given = ("PASSWORD", "USER") if user else ("USER", "PASSWORD")
        raise InputError(f"{prefix}_{given} is set and {prefix}_{missing} is not; set both, or neither")
    if not re.fullmatch(r"[\x21-\x7e]*", token) or not user.isprintable():
        raise InputError(f"{prefix}_TOKEN or {prefix}_USER has a space, a line end or another character that no header can have")
    return Credentials(user, password, token)
