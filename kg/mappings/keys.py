"""Which keys of the context stand where: what the shapes let a node have, and why another key has no place there.

In: the context, the vocabulary and the shapes. Out: :class:`Keys`. Next: :mod:`kg.mappings.documents`, :mod:`kg.mappings.collections` and
:mod:`kg.mappings.convert`, which refuse what has no place; :mod:`kg.schema` and ``kg merge``. No list here says what the shapes say
(docs/decisions/20261123-keys-from-shapes.md).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from kg.mappings.context import Context, Form, Term
from kg.mappings.context_check import collections
from kg.mappings.remedies import kinds, one_of
from kg.namespaces import ID, POL
from kg.shapes import Allowed
from kg.vocabulary import Vocabulary

STATEMENT: Final = "statement"
WITHDRAWN: Final = "withdrawn"
_APART: Final = ("section", "document", "coding")
"""Collections of what is no entity."""
_CALLED: Final = {"coding": "coding pass", "selector": "passage", WITHDRAWN: "withdrawn statement"}
"""What a place is called, where it is not by its name."""
_NEAREST: Final = {
    "altLabel": ("summary",),
    "author": ("speaker",),
    "country": ("place",),
    "definition": ("note",),
    "description": ("summary",),
    "document": ("partOf",),
    "label": ("summary",),
    "partOf": ("section",),
    "party": ("speaker",),
    "place": ("country",),
    "publisher": ("reportedBy",),
    "scopeNote": ("note",),
    "speaker": ("author",),
    "summary": ("definition",),
    "title": ("label", "summary"),
    "url": ("cites",),
}
"""What is meant by a key where it has no place, the nearest first: no shape can tell."""
_LISTED: Final = "the keys of a statement are in mappings/README.md, section 4"


@dataclass(frozen=True)
class Keys:
    """The keys that each place of a mapping has.

    A key of which no shape speaks has a place everywhere; so has every key if the shapes cannot be read, of which there is a finding already.

    :ivar terms: the keys of the context
    :ivar places: keys by the name of a place: ``statement``, ``withdrawn``, a collection, or a key that has keys of its own, as ``target``
    :ivar free: keys of which no shape speaks
    """

    terms: Mapping[str, Term] = field(default_factory=dict)
    places: Mapping[str, frozenset[str]] = field(default_factory=dict)
    free: frozenset[str] = frozenset()
    _refused: dict[str, dict[str, str]] = field(default_factory=dict, repr=False, compare=False)

    def of(self, place: str) -> frozenset[str]:
        """The keys that can be written in a place. Of one of which no shape tells: in a collection those of any entity, else all."""
        own = self.places.get(place)
        if own is None:
            alike = self._entities if self._is_of_entities(place) else ()
            own = frozenset[str]().union(*(self.places[each] for each in alike or self.places))
        found = own | self.free | self._structural(place)
        return found - {"document"} if place == STATEMENT else found  # it stands at the head of the file

    def refused(self, place: str) -> dict[str, str]:
        """Why a key has no place there, with the remedy, by key."""
        if place not in self._refused:
            here = self.of(place)
            self._refused[place] = {key: self._why(key, place, here) for key in self.terms if key not in here}
        return self._refused[place]

    @cached_property
    def _entities(self) -> tuple[str, ...]:
        """The collections of entities."""
        return tuple(filter(self._is_of_entities, self.places))

    def _is_of_entities(self, place: str) -> bool:
        return not self._is_nested(place) and place not in (STATEMENT, WITHDRAWN, *_APART)

    def _is_nested(self, place: str) -> bool:
        return place in self.terms and self.terms[place].form is Form.NODE

    def _structural(self, place: str) -> frozenset[str]:
        """What a node is named by, and its class: who writes a target names neither, and what stands below ``sections:`` is a section."""
        if self._is_nested(place):
            return frozenset()
        return frozenset({"id"} if place in ("section", WITHDRAWN) else {"id", "kind"})

    def _why(self, key: str, place: str, here: frozenset[str]) -> str:
        what = _named(place)
        owners = [each for each in self.places if key in self.places[each] and each != place]
        if place == STATEMENT and key == "document":
            return "it stands once, at the head of the file: delete it here"
        if place == WITHDRAWN:
            kept = [f"`{each}`" for each in self.terms if each in here and each not in ("id", WITHDRAWN)]
            return f"{what} keeps only {' and '.join(kept)}: delete it"
        if not owners and self._is_nested(place):
            return f"not a key of {what}: delete it, or indent it as a key of the statement"
        remedy = self._remedy(key, place, here, owners)
        whose = f"a key of {self._whose(owners)}, not of {what}" if owners else f"{what} has no {key}"
        return f"{whose}: {remedy and f'{remedy}, or '}delete it{f'; {_LISTED}' if place == STATEMENT else ''}"

    def _whose(self, owners: list[str]) -> str:
        """The places that have a key, in words; all collections of entities are one."""
        every = set(self._entities) <= set(owners)
        found = [each for each in owners if each != WITHDRAWN or STATEMENT not in owners]
        return one_of(list(dict.fromkeys(_named("entity" if every and each in self._entities else each) for each in found)))

    def _remedy(self, key: str, place: str, here: frozenset[str], owners: list[str]) -> str:
        """What to do with a key other than to delete it; empty if nothing is known."""
        inside = [each for each in owners if self._is_nested(each) and each in here and each != "passage"]
        if inside:
            return f"indent it below {one_of([f'`{each}:`' for each in inside])}"
        near = [each for each in _NEAREST.get(key, ()) if each in here] or self._referring(here, owners)
        if near:
            return f"write `{near[0]}:`"
        if self._is_nested(place) and STATEMENT in owners:
            return "indent it as a key of the statement"
        if place == STATEMENT and WITHDRAWN in owners:
            return "move the id to the list `withdrawn:`"
        made = {_CALLED.get(each, each) for each in owners} == {"passage"}
        return "give its first and last words in `passage:`" if made and "passage" in here else ""

    def _referring(self, here: frozenset[str], owners: list[str]) -> list[str]:
        """The one key that names the only thing which has the key at hand."""
        found = [each for each in here if self.terms[each].base == f"{ID}{owners[0]}/"] if len(owners) == 1 else []
        return found if len(found) == 1 else []


def keys_of(context: Context, vocabulary: Vocabulary, allowed: Allowed) -> Keys:
    """The keys of each place, by the classes of what stands there."""
    properties = {key: term.iri for key, term in context.terms.items() if term.form not in (Form.ID, Form.KIND)}

    def having(classes: Iterable[str]) -> frozenset[str]:
        found = {iri for each in classes for iri in allowed.of(vocabulary.superclasses.get(each, {each}))}
        return frozenset(key for key, iri in properties.items() if iri in found)

    def in_collection(name: str) -> Iterable[str]:
        return (f"{POL}{kind}" for kind in kinds(f"{ID}{name}/", context, vocabulary))

    leads_to = {key: allowed.kinds.get(term.iri, "") for key, term in context.terms.items() if term.form is Form.NODE}
    named = collections(context) - {STATEMENT}
    places = {
        STATEMENT: having(in_collection(STATEMENT)),
        WITHDRAWN: having([f"{POL}Statement"]),
        **{key: having([kind]) for key, kind in leads_to.items()},
        **{name: having(in_collection(name)) for name in (*sorted(named - set(_APART)), *_APART) if name in named},
    }
    spoken = {iri for paths in allowed.paths.values() for iri in paths}
    free = frozenset(key for key, iri in properties.items() if iri not in spoken)
    return Keys(context.terms, {place: own for place, own in places.items() if own}, free)


def _named(place: str) -> str:
    """A place with its article, as in ``an agent``."""
    name = _CALLED.get(place, place.replace("-", " "))
    return f"a{'n' if name[0] in 'aeiou' else ''} {name}"
