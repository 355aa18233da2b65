"""Open the full-text index of a release.

In comes a :class:`~kg.store.Release`; out goes an :class:`OpenIndex`, which :mod:`kg.search.finder` asks. Nothing is written to the
release: Tantivy wants to put lock files beside what it reads, so it gets a folder of links to the files.
"""

import contextlib
import tempfile
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final

from tantivy import Index, Query, Schema, Searcher

from kg import textindex
from kg.search.errors import SearchUnavailableError
from kg.store import Release

_REMEDY: Final = "run `kg build` to make it anew"
_KEPT_LABELS: Final = 20_000
_MOST_WORDS: Final = 500_000


class OpenIndex:
    """The index of a release, for reading. Its methods may be called from several threads at a time.

    :ivar searcher: Tantivy's
    """

    def __init__(self, path: Path) -> None:
        """Open the index in a directory.

        :raises SearchUnavailableError: if it is not there, has another format, or cannot be read
        """
        try:
            found = (path / textindex.FORMAT_FILE).read_text(encoding="utf-8").strip()
        except OSError:
            message = f"This release has no full-text index ({path.name}/{textindex.FORMAT_FILE} is missing); {_REMEDY}."
            raise SearchUnavailableError(message) from None
        if found != textindex.FORMAT:
            message = f"The full-text index has format {found!r}; this version reads {textindex.FORMAT!r}; {_REMEDY}."
            raise SearchUnavailableError(message)
        try:
            # every file is mapped when the searcher is made, so that the links are not needed any more afterwards
            # and what Tantivy still writes there in the background must not make the index count as unreadable
            with tempfile.TemporaryDirectory(prefix="policy-kg-search-", ignore_cleanup_errors=True) as links:
                for file in path.iterdir():
                    if file.suffix != ".lock":
                        (Path(links) / file.name).symlink_to(file.resolve())
                index = Index.open(links)
                textindex.register(index)
                index.config_reader("manual")
                self.searcher: Searcher = index.searcher()
                self.schema: Schema = index.schema
        except (OSError, ValueError) as error:
            message = f"The full-text index cannot be opened ({error}); {_REMEDY}."
            raise SearchUnavailableError(message) from error
        self.labels = lru_cache(maxsize=_KEPT_LABELS)(self._labels)

    def _labels(self, iri: str) -> dict[str, str]:
        """Label by language of an entity, a topic or a kind of statements; empty if there is none.

        As an attribute ``labels``, which remembers.
        """
        hits = self.searcher.search(Query.term_query(self.schema, "iri", iri), limit=1, count=False).hits
        if not hits:
            return {}
        stored = self.searcher.doc(hits[0][1]).to_dict()
        return {language: str(stored[language][0]) for language in textindex.LANGUAGES if stored.get(language)}

    @cached_property
    def words(self) -> dict[str, int]:
        """All words of the index, with the number of documents that have them."""
        return dict(self.searcher.terms_with_prefix("words", "", limit=_MOST_WORDS))

    def stored(self, address: Any) -> dict[str, list[Any]]:
        """The stored fields of a hit."""
        return self.searcher.doc(address).to_dict()


@lru_cache(maxsize=2)
def _open(path: Path) -> OpenIndex:
    return OpenIndex(path)


def open_index(release: Release) -> OpenIndex:
    """The index of a release; of the last two releases it stays open.

    :raises SearchUnavailableError: if it has none that can be read
    """
    with contextlib.suppress(OSError):
        return _open((release.path / textindex.FOLDER).resolve())
    raise SearchUnavailableError(f"This release has no full-text index; {_REMEDY}.")
