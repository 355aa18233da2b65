"""Write a made-up project.

In: a :class:`~kg.synth.measure.Profile`, a number of statements and a seed. Out: the folder of a project that ``kg build`` takes. The same profile,
number and seed give the same bytes. Nothing of it is in a text: a passage has made-up anchors and a hash of its own name.
"""

import math
import random
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from kg.errors import InputError
from kg.mappings.context import Context
from kg.mappings.convert import JsonNode
from kg.mappings.layout import Layout
from kg.mappings.lock import COLUMNS
from kg.namespaces import ID, POL
from kg.sources import digest
from kg.synth import links
from kg.synth.items import MARK, Converter, Texts
from kg.synth.measure import Profile, is_statement, references

_REAL: Final = frozenset({"iso3166"})
"""Keys that a made-up entity cannot have: there are not codes enough for the states of many worlds, and one is not to pass for a real state."""
_WORDS: Final = {
    "nl": [
        "bijna",
        "daar",
        "door",
        "elk",
        "groot",
        "hier",
        "ieder",
        "jaar",
        "klein",
        "land",
        "meer",
        "nieuw",
        "over",
        "plan",
        "samen",
        "taak",
        "uur",
        "vaak",
        "werk",
        "zaak",
    ],
    "en": [
        "again",
        "both",
        "case",
        "each",
        "firm",
        "great",
        "here",
        "into",
        "just",
        "kind",
        "land",
        "more",
        "near",
        "only",
        "plan",
        "rather",
        "some",
        "task",
        "upon",
        "work",
    ],
}
_MARKED: Final = {"nl": "Verzonnen", "en": "Synthetic"}
_WORLDS_IN_A_FILE: Final = 40
_LEFT_OUT: Final = 0.25
"""Largest share of a document's statements that is left out, so that no two worlds are alike."""
_SPAN: Final = 120
"""Characters from one passage to the next."""


def write(profile: Profile, context: Context, layout: Layout, statements: int, seed: int, target: Path) -> int:
    """Write a project.

    :param layout: of the real project, whose ontology, context and queries are copied
    :returns: the number of documents
    :raises InputError: if there is something at ``target``
    """
    if target.exists() and any(target.iterdir()):
        raise InputError(f"{target}: there is something in this folder already; name one that is empty or new")
    shutil.copytree(layout.ontology, target / "ontology", ignore=shutil.ignore_patterns("examples"), dirs_exist_ok=True)
    shutil.copytree(layout.queries, target / "queries", dirs_exist_ok=True)
    (target / "mappings" / "entities").mkdir(parents=True)
    (target / "mappings" / "anchors").mkdir()
    shutil.copyfile(layout.context, target / "mappings" / "context.yaml")
    worlds = _Worlds(profile, context, target / "mappings", seed)
    return worlds.write(statements)


@dataclass
class _World:
    """One world: its number, and the slugs of its documents."""

    number: int
    documents: dict[str, str]


class _Worlds:
    """Writes worlds until there are enough statements."""

    def __init__(self, profile: Profile, context: Context, folder: Path, seed: int) -> None:
        self._profile, self._context, self._folder = profile, context, folder
        self._random = random.Random(seed)  # noqa: S311 - no secret
        self._numbers = {iri: number for number, iri in enumerate(sorted(profile.entities), start=1)}
        self._needed: dict[tuple[str, int], None] = {}
        self._catalogue: list[str] = []
        self._codings: dict[str, str] = {}
        self._copies = 1

    def write(self, statements: int) -> int:
        """Write so many statements."""
        worlds = math.ceil(statements / (self._profile.statements * (1 - _LEFT_OUT / 2)))
        self._copies = max(1, round(worlds**self._profile.growth))
        left, number, document = statements, 0, 0
        while left:
            number += 1
            slugs = {slug: f"{MARK}-{document + at:05d}" for at, slug in enumerate(self._profile.documents, start=1)}
            document += len(slugs)
            left -= self._world(_World(number, slugs), left)
        self._entities()
        self._links()
        self._file("documents.yaml", "document", self._catalogue)
        self._file("entities/codings.yaml", "coding", self._codings.values())
        return len(self._catalogue)

    def _world(self, world: _World, most: int) -> int:
        """Write the documents of a world.

        :returns: the number of statements
        """
        kept: dict[str, JsonNode] = {}
        for nodes in self._profile.documents.values():
            share = self._random.uniform(0, _LEFT_OUT)
            for node in nodes:
                if is_statement(node) and self._random.random() >= share and len(kept) < most:
                    kept[str(node["id"])] = node
        self._without_answers_to_nothing(kept)
        for slug, nodes in self._profile.documents.items():
            own = [node for node in nodes if str(node["id"]) in kept]
            if own:
                self._document(world, slug, [n for n in nodes if not is_statement(n)], own, kept)
        return len(kept)

    @staticmethod
    def _without_answers_to_nothing(kept: dict[str, JsonNode]) -> None:
        """A response needs what it answers; one that is alone becomes a claim."""
        for iri, node in kept.items():
            if node.get("respondsTo") and not any(other in kept for other in references(node["respondsTo"])):
                said = {key: value for key, value in node.items() if key not in ("respondsTo", "responseValue")}
                kept[iri] = {**said, "kind": [f"{POL}Claim"]}

    def _document(
        self, world: _World, slug: str, sections: list[JsonNode], nodes: list[JsonNode], kept: dict[str, JsonNode]
    ) -> None:
        name = world.documents[slug]
        convert = Converter(
            self._context, lambda iri: self._renamed(iri, world), lambda iri: not _is_statement(iri) or iri in kept
        )
        rows, text = ["\t".join(COLUMNS)], [f"# Made up by `kg synth`: nobody said any of this.\ndocument: {name}\nsections:"]
        tails = [_tail(str(section["id"])) for section in sections]
        text += [convert.item(node, tail, self._made(f"{name} {tail}")) for node, tail in zip(sections, tails, strict=True)]
        text.append("statements:")
        end = 0
        for node in nodes:
            own = _tail(str(node["id"]))
            passage, row = self._passage(name, own, end)
            end = int(row.split("\t")[2]) + 1
            rows.append(row)
            kept_node = kept[str(node["id"])]
            shown = {**kept_node, "passage": passage}
            text.append(convert.item(shown, own, self._made(f"{name}/{own}")))
        (self._folder / f"{name}.yaml").write_text("\n".join(text) + "\n", encoding="utf-8")
        (self._folder / "anchors" / f"{name}.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
        entry = {**self._profile.catalogue[slug], "sha256": [digest(name)], "characters": [str(end + _SPAN)]}
        entry.pop("url", None)
        self._catalogue.append(convert.item(entry, name, self._made(name)))
        for iri, coding in self._profile.codings.items():
            if any(iri in references(node.get("coding")) for node in nodes):
                slug_of_coding = _tail(self._renamed(iri, world))
                self._codings[slug_of_coding] = convert.item(coding, slug_of_coding, self._made(slug_of_coding))

    def _passage(self, document: str, own: str, start: int) -> tuple[str, str]:
        """Anchors that stand nowhere, and their row of the lock."""
        end = start + self._random.randint(_SPAN // 2, _SPAN)
        anchors = f"{MARK} {document} … {own}."
        return anchors, "\t".join((own, str(start), str(end), digest(f"{document}/{own}"), anchors))

    def _made(self, name: str) -> Texts:
        """Texts of as many words as the real ones, with the name of what they are about, so that no two are alike."""

        def text(language: str, real: str) -> str:
            words = self._random.choices(_WORDS[language], k=max(1, len(real.split()) - 2)) if language in _WORDS else []
            return " ".join([_MARKED.get(language, MARK), name, *words])

        return text

    def _renamed(self, iri: str, world: _World) -> str:
        """The IRI that stands for one of the real project."""
        path = iri.removeprefix(ID)
        part, _, rest = path.partition("/")
        if part in ("statement", "section"):
            slug, _, own = rest.partition("/")
            return f"{ID}{part}/{world.documents[slug]}/{own}"
        if part == "document":
            return f"{ID}{part}/{world.documents[rest]}" if rest in world.documents else iri
        if iri in self._profile.codings:
            return f"{ID}coding/{MARK}-{rest}-{world.number}"
        if iri not in self._numbers:
            return iri  # a concept
        copy = world.number if iri in self._profile.own else world.number % self._copies
        self._needed[iri, copy] = None
        return f"{ID}{part}/{MARK}-{part}-{self._numbers[iri]}-{copy}"

    def _entities(self) -> None:
        """Write the entities that were named, and those that they name."""
        files: dict[str, list[str]] = {}
        done: set[tuple[str, int]] = set()
        while left := [pair for pair in self._needed if pair not in done]:
            for iri, copy in left:
                done.add((iri, copy))
                world = _World(copy, {})
                convert = Converter(self._context, partial(self._renamed, world=world), lambda other: not _is_part(other))
                own = _tail(self._renamed(iri, world))
                collection = iri.removeprefix(ID).partition("/")[0]
                entity = {key: value for key, value in self._profile.entities[iri].items() if key not in _REAL}
                files.setdefault(f"entities/{collection}-{copy // _WORLDS_IN_A_FILE}.yaml", []).append(
                    convert.item(entity, own, self._made(own))
                )
        for name, items in files.items():
            self._file(name, name.removeprefix("entities/").rpartition("-")[0], items)

    def _links(self) -> None:
        """Write the links of the entities that are there."""
        copies: dict[str, list[int]] = {iri: [] for iri in self._profile.entities}
        for iri, copy in self._needed:
            copies[iri].append(copy)

        def renamed(iri: str, copy: int) -> str:
            return self._renamed(iri, _World(copy, {}))

        written = links.lines(self._profile.links, copies, renamed, MARK)
        (self._folder / "links.sssom.tsv").write_text("\n".join(written) + "\n", encoding="utf-8")

    def _file(self, name: str, collection: str, items: Iterable[str]) -> None:
        head = f"# Made up by `kg synth`.\ncollection: {collection}\nentities:\n"
        (self._folder / name).write_text(head + "\n".join(items) + "\n", encoding="utf-8")


def _is_statement(iri: str) -> bool:
    return iri.startswith(f"{ID}statement/")


def _is_part(iri: str) -> bool:
    return iri.startswith((f"{ID}statement/", f"{ID}section/", f"{ID}document/"))


def _tail(iri: str) -> str:
    return iri.rsplit("/", 1)[-1]
