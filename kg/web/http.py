"""A request and a reply, as the parts of the site that are not Flask's see them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import parse_qsl


class Headers(Protocol):
    """Header fields of a request; names are in small letters."""

    def get(self, name: str, /) -> str | None:
        """Value of a field; None if it is not there."""


class BadEncodingError(ValueError):
    """A parameter is not UTF-8 when its percent encoding is undone."""


@dataclass(frozen=True)
class Request:
    """A request with its whole body.

    :ivar method: in capitals
    :ivar path: percent encoding undone
    :ivar query_string: as it came
    :ivar url: scheme, host and path, without the query string; of the site as its clients see it
    :ivar client: who asks, for limits: an address, or a network of one household
    """

    method: str
    path: str
    query_string: str
    headers: Headers
    body: bytes = b""
    url: str = ""
    client: str = ""

    def header(self, name: str) -> str:
        """Value of a header field, empty if it is not there."""
        return self.headers.get(name) or ""


@dataclass(frozen=True)
class Reply:
    """A reply with its whole body.

    :ivar headers: names in any case
    :ivar file: path of a file that is the body, or a part of it where the status is 206
    :ivar key: identifies the representation without its content coding; empty if it may be another one the next time
    :ivar outcome: what became of a query, for the log: ``ok``, or the kind of error
    :ivar query: what the log says of the query
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    file: str = ""
    key: str = ""
    outcome: str = ""
    query: str = ""


@dataclass(frozen=True)
class Parameters:
    """Parameters of a query string or a form, in their order; a name may be repeated."""

    pairs: tuple[tuple[str, str], ...] = field(default=())

    @classmethod
    def parse(cls, text: str) -> "Parameters":
        """Parse ``application/x-www-form-urlencoded`` (URL Standard, section 5.1).

        :raises BadEncodingError: if it is not UTF-8
        """
        try:
            return cls(tuple(parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=1000)))
        except UnicodeDecodeError as error:
            message = f"a parameter is not UTF-8: {error.reason} at byte {error.start} of its value"
            raise BadEncodingError(message) from error
        except ValueError as error:
            message = "there are more than 1,000 parameters"
            raise BadEncodingError(message) from error

    def all(self, name: str) -> tuple[str, ...]:
        """All values of a parameter."""
        return tuple(value for key, value in self.pairs if key == name)

    def get(self, name: str) -> str:
        """First value of a parameter; empty if it is not there."""
        return next((value for key, value in self.pairs if key == name), "")

    def __contains__(self, name: str) -> bool:
        return any(key == name for key, _ in self.pairs)
