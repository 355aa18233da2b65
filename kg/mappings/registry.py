"""Which identifiers are declared, and what a slug means.

In: declared IRIs, from the vocabulary and the mapping files. Out: the IRI of a slug, or the nearest known ones. Next:
:mod:`kg.mappings.convert`.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from types import MappingProxyType

from kg.mappings.words import nearest
from kg.namespaces import ID

_NOT_ENTITIES = tuple(
    f"{ID}{path}/"
    for path in (
        "statement",
        "section",
        "coding",
        "action",
        "comparator",
        "confidence",
        "frame",
        "instrument-type",
        "polarity",
        "response",
        "stance",
    )
)
"""Left out where any entity may be meant: parts of documents, and the closed lists of values."""


class Registry:
    """Declared IRIs below ``id/``, looked up by slug.

    :ivar labels: IRIs by label, in lower case; for those who write the name of a thing where its slug is needed
    """

    def __init__(self, declared: AbstractSet[str], labels: Mapping[str, Sequence[str]] = MappingProxyType({})) -> None:
        self._declared = declared
        self.labels = labels
        self._by_tail: dict[str, list[str]] = defaultdict(list)
        for iri in sorted(declared):
            if not iri.startswith(_NOT_ENTITIES):
                self._by_tail[iri.rsplit("/", 1)[-1]].append(iri)

    @property
    def declared(self) -> frozenset[str]:
        """All of them."""
        return frozenset(self._declared)

    def __contains__(self, iri: object) -> bool:
        return iri in self._declared

    def resolve(self, base: str, slug: str, document: str) -> list[str]:
        """IRIs that ``slug`` can mean below ``base``: one, if all is well.

        :param base: the namespace that the context gives to the key
        :param slug: as written, as in ``opcat``, ``instrument/opcat`` or, for a statement, ``s012`` or ``groen-2024/s042``
        :param document: slug of the document at hand, tried as first part of the path
        """
        for iri in (f"{base}{document}/{slug}", f"{base}{slug}"):
            if iri in self:
                return [iri]
        return [iri for iri in self._by_tail.get(slug, ()) if iri.startswith(base)]

    def below(self, base: str) -> set[str]:
        """Declared IRIs in the namespace ``base``; of the whole id space only what any entity can be."""
        return {iri for iri in self._declared if iri.startswith(base) and (base != ID or not iri.startswith(_NOT_ENTITIES))}

    def nearest(self, base: str, slug: str, document: str) -> list[str]:
        """Up to three declared slugs below ``base`` that are spelled like ``slug``."""
        own = f"{base}{document}/"
        known = {iri.removeprefix(own) if iri.startswith(own) else iri.removeprefix(base) for iri in self.below(base)}
        if base == f"{ID}section/":
            known = {slug for slug in known if "/" not in slug}  # a section of another document is never meant
        if base == ID:
            known = {path.rsplit("/", 1)[-1] for path in known}
        return nearest(slug, known)

    def labelled(self, base: str, label: str, document: str, concepts: Mapping[str, Sequence[str]]) -> list[str]:
        """Slugs below ``base`` of what bears this label, as short as they are clear.

        :param concepts: IRIs of concepts by label, in lower case
        """
        borne = (*self.labels.get(label.lower(), ()), *concepts.get(label.lower(), ()))
        found = [iri for iri in borne if iri.startswith(base) and iri in self]
        tails = {iri: iri.rsplit("/", 1)[-1] for iri in found}
        return [tails[iri] if self.resolve(base, tails[iri], document) == [iri] else iri.removeprefix(base) for iri in found]

    def elsewhere(self, slug: str) -> list[str]:
        """Collections in which ``slug`` is declared, as words: ``instrument``, ``instrument type``."""
        return [iri.removeprefix(ID).partition("/")[0].replace("-", " ") for iri in self._by_tail.get(slug, ())]
