"""Fill the full-text index of a release.

In: the triples of a release (:mod:`kg.indexsource`). Out: a folder with an index of the form that :mod:`kg.textindex` says, in which
statements, entities and topics stand in a fixed order. Next: :mod:`kg.release` puts it into a release, :mod:`kg.search` reads it.

Statements are read one document at a time, so that no more than one is held beside what the build holds anyway.
"""

import os
import shutil
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache, partial
from itertools import chain
from pathlib import Path
from typing import Final

import pyoxigraph as ox
from tantivy import Document, Index, IndexWriter

from kg import textindex
from kg.indexsource import (
    BELOW,
    BROADER,
    CONDITIONS,
    LABEL,
    LABELLED,
    NAME,
    OTHER_NAME,
    STATED_IN,
    SUMMARY,
    TYPE,
    InStore,
    Row,
    Source,
)
from kg.namespaces import ID, POL, graph_iri
from kg.ntriples import is_iri, language, lexical

_HEAP: Final = 32_000_000
"""Bytes that are gathered before a segment of the index is written."""
_COLLECTIONS: Final = frozenset(
    ("action", "agent", "document", "event", "group", "indicator", "instrument", "place", "publication", "topic"),
)
"""Whose members can be found; what has a label beside them are sections, and values of small lists."""
_FACETS: Final = {
    "document": STATED_IN,
    "kind": TYPE,
    **{name: LABELLED[name] for name in ("speaker", "addressee", "topic")},
}
"""Properties by the facets of a statement, in the order in which they are stored."""
_COMMON: Final = 3
"""A word this often in the summaries may be a part of a compound, as may one of a label."""

Texts = dict[str, list[str]]
"""Texts by language."""


def write_index(source: Source, documents: Iterable[str], path: Path) -> None:
    """Write an index to the directory ``path``, which must not exist.

    :param documents: slugs of the documents
    """
    path.mkdir()
    index = Index(textindex.schema(), path=str(path))
    textindex.register(index)
    writer = index.writer(heap_size=_HEAP, num_threads=1)
    _Filler(source, sorted(documents), writer).fill()
    writer.commit()
    writer.wait_merging_threads()
    for file in path.iterdir():
        if file.suffix == ".lock":
            file.unlink()
        else:
            file.chmod(0o644)  # who serves it need not be who built it
    (path / textindex.FORMAT_FILE).write_text(f"{textindex.FORMAT}\n", encoding="utf-8")


def is_current(path: Path) -> bool:
    """Whether ``path`` holds an index of the present format."""
    file = path / textindex.FORMAT_FILE
    return file.is_file() and file.read_text(encoding="utf-8").strip() == textindex.FORMAT


def renew(store: ox.Store, documents: Iterable[str], release: Path) -> None:
    """Give a release that has no index of the present format a new one; it is complete when it gets its name."""
    place = release / textindex.FOLDER
    if is_current(place):
        return
    draft = Path(tempfile.mkdtemp(prefix=f".{textindex.FOLDER}-", dir=release))
    try:
        write_index(InStore(store), documents, draft / "new")
        if place.exists():
            place.rename(draft / "old")
        os.rename(draft / "new", place)  # noqa: PTH104 - the counterpart of the line above
    finally:
        shutil.rmtree(draft)


class _Filler:
    """Writes the documents of one index."""

    def __init__(self, source: Source, documents: list[str], writer: IndexWriter) -> None:
        self._source = source
        self._documents = documents
        self._writer = writer
        self._number = 0
        self._labels: dict[str, Texts] = defaultdict(lambda: defaultdict(list))
        self._more: dict[str, Texts] = defaultdict(lambda: defaultdict(list))
        self._topics: dict[str, Texts] = defaultdict(lambda: defaultdict(list))
        self._names: dict[str, Texts] = defaultdict(lambda: defaultdict(list))
        self._kind_iris: set[str] = set()
        self._counts: Counter[str] = Counter()
        self._named: set[str] = set()
        self._broader: dict[str, list[str]] = defaultdict(list)

    def fill(self) -> None:
        """All documents: kinds, entities and topics, and statements, each in the order of their IRIs."""
        self._read()
        self._known = self._known_words()
        self._related = _Related(self._known)
        self._kinds()
        self._entities()
        for graph in map(graph_iri, self._documents):
            for row in self._source.rows(graph, self._near, partial(self._statements, graph)):
                self._write(row)

    def _read(self) -> None:
        """Everything that is said across documents, once."""
        for heard in self._source.heard():
            self._counts.update(heard.counts)
            self._named |= heard.named
            for triple in heard.kept:
                self._keep(*triple)

    def _keep(self, iri: str, predicate: str, value: str) -> None:
        """What is said of something that is shared."""
        tag, text = language(value), lexical(value)
        if predicate == BROADER:
            self._broader[iri].append(text)
        elif predicate == BELOW:
            if text == f"{POL}Statement":
                self._kind_iris.add(iri)
        elif predicate == NAME:
            if tag and iri.startswith(POL):
                self._names[iri][tag].append(text)
        elif tag:
            (self._labels if predicate == LABEL else self._more)[iri][tag].append(text)
            if predicate == OTHER_NAME and iri.startswith(f"{ID}topic/"):
                self._topics[iri][tag].append(text)

    def _known_words(self) -> frozenset[str]:
        """Dutch words that may be parts of compounds."""
        known = {word for word, count in self._counts.items() if count >= _COMMON} | self._named
        for texts in self._labels.values():
            for label in texts.get("nl", []):
                known.update(textindex.words_of(label))
        return frozenset(word for word in known if word.isalpha())

    def _kinds(self) -> None:
        for iri in sorted(self._kind_iris):
            self._write(self._row(iri, textindex.CLASS, "kind", self._names.get(iri, {}), {}, {}))

    def _entities(self) -> None:
        for iri in sorted(self._labels):
            collection = iri.removeprefix(ID).partition("/")[0]
            if iri.startswith(f"{ID}{collection}/") and collection in _COLLECTIONS:
                self._write(self._row(iri, textindex.ENTITY, collection, self._labels[iri], self._more.get(iri, {}), {}))

    def _near(self) -> Iterator[str]:
        """What the rows of statements depend on beside what is said of them."""
        yield from sorted(self._known)
        for shared in (self._labels, self._topics, self._broader):
            yield from (repr(pair) for pair in sorted(shared.items()))

    def _statements(self, graph: str) -> list[Row]:
        said: dict[str, dict[str, list[str]]] = {}
        for subject, predicate, value in self._source.said(graph):
            if is_iri(subject):
                said.setdefault(subject, {}).setdefault(predicate, []).append(value)
        found = {lexical(subject): properties for subject, properties in said.items() if SUMMARY in properties}
        return [self._statement(iri, found[iri]) for iri in sorted(found)]

    def _statement(self, iri: str, said: Mapping[str, list[str]]) -> Row:
        """The row of a statement.

        :param said: terms by property
        """
        facets = {name: sorted(set(map(lexical, said.get(predicate, ())))) for name, predicate in _FACETS.items()}
        facets["kind"] = [kind for kind in facets["kind"] if kind.startswith(POL)]
        facets["topic"] = self._with_broader(facets["topic"])
        more = _by_language(*(said.get(predicate, ()) for predicate in CONDITIONS))
        for value in map(lexical, chain.from_iterable(said.get(predicate, ()) for predicate in LABELLED.values())):
            for names in (self._labels, self._topics):
                for tag, texts in names.get(value, {}).items():
                    more[tag] += texts
        return self._row(iri, textindex.STATEMENT, "statement", _by_language(said[SUMMARY]), more, facets)

    def _with_broader(self, topics: list[str]) -> list[str]:
        """Topics and all that are broader than they are."""
        found: dict[str, None] = {}
        left = list(topics)
        while left:
            topic = left.pop()
            if topic not in found:
                found[topic] = None
                left += self._broader.get(topic, [])
        return sorted(found)

    def _row(
        self,
        iri: str,
        scope: str,
        collection: str,
        texts: Texts,
        more: Texts,
        facets: Mapping[str, list[str]],
    ) -> Row:
        row = {"iri": [iri], "scope": [scope], "collection": [collection], **facets}
        words: list[str] = []
        for tag in textindex.LANGUAGES:
            row[tag], row[f"{tag}_more"] = own, other = sorted(texts.get(tag, [])), sorted(more.get(tag, []))
            if scope != textindex.CLASS:
                row[f"{tag}_related"] = [" ".join(self._related.of(" ".join(own), tag))]
                words.append(" ".join([*own, *other]))
        row["words"] = words
        return {field: values for field, values in row.items() if any(values)}

    def _write(self, row: Row) -> None:
        document = Document(**row)
        document.add_unsigned("number", self._number)
        self._writer.add_document(document)
        self._number += 1


class _Related:
    """What is indexed beside the words of a text: parts of compounds, and roots."""

    def __init__(self, known: frozenset[str]) -> None:
        def of_word(language: str, word: str) -> tuple[str, ...]:
            parts = textindex.parts_of(word, known) if language == "nl" else ()
            roots = [textindex.root(part, language) for part in (word, *parts)]
            return tuple(dict.fromkeys((*parts, *roots)))

        self._of_word = {language: lru_cache(maxsize=200_000)(partial(of_word, language)) for language in textindex.LANGUAGES}

    def of(self, text: str, language: str) -> list[str]:
        """Parts and roots of the words of a text, each once."""
        return list(dict.fromkeys(chain.from_iterable(map(self._of_word[language], textindex.words_of(text)))))


def _by_language(*terms: Iterable[str]) -> Texts:
    """Texts of literals by language."""
    found: Texts = defaultdict(list)
    for term in chain.from_iterable(terms):
        found[language(term)].append(lexical(term))
    return found
