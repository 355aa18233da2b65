"""Where the parts are that a release is made of.

In: keys of the cache (:mod:`kg.scale.mapping`, :mod:`kg.scale.judging`, :mod:`kg.scale.writing`). Out: :class:`Document`, :data:`Stored`. Next:
:mod:`kg.scale.files`, :mod:`kg.scale.databases`.
"""

from dataclasses import dataclass
from typing import Final

from kg.namespaces import ID

Stored = tuple[str, str]
"""Where lines are: the key of a result in the cache, and the name of its part."""

BLOCKS: Final = ("section", "statement")
"""What a document declares, in the order of IRIs."""


@dataclass(frozen=True)
class Document:
    """Where the parts of a document are.

    :ivar mapped: key of what it says
    :ivar judged: key of what follows
    :ivar written: key of both as bodies of dumps
    :ivar new: lines about it that only all documents together give
    :ivar referred: IRIs, not its own, that it refers to
    """

    slug: str
    mapped: str
    judged: str
    written: str
    new: bytes
    referred: tuple[str, ...]

    @property
    def blocks(self) -> list[str]:
        """Beginnings of the lines about its own."""
        return [f"<{ID}{block}/{self.slug}/" for block in BLOCKS]
