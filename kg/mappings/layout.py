"""Where the inputs lie: the folders of a project, and the names by which findings call their files.

In: the project's root. Out: paths, in a fixed order. Next: :mod:`kg.mappings.corpus` and :mod:`kg.release`.
"""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from kg.errors import InputError


@dataclass(frozen=True)
class Layout:
    """A project's folders.

    :ivar root: the folder that holds ``ontology/``, ``mappings/`` and ``queries/``
    """

    root: Path

    @property
    def ontology(self) -> Path:
        return self.root / "ontology"

    @property
    def mappings(self) -> Path:
        return self.root / "mappings"

    @property
    def queries(self) -> Path:
        return self.root / "queries"

    @property
    def context(self) -> Path:
        return self.mappings / "context.yaml"

    @property
    def catalogue(self) -> Path:
        return self.mappings / "documents.yaml"

    @property
    def codebook(self) -> Path:
        return self.mappings / "README.md"

    @property
    def links(self) -> Path:
        return self.mappings / "links.sssom.tsv"

    @property
    def citation(self) -> Path:
        return self.root / "CITATION.cff"

    def require(self) -> None:
        """Raise :class:`InputError` if this is no project."""
        for path in (self.ontology / "policy.ttl", self.context):
            if not path.is_file():
                raise InputError(f"{self.name(path)}: no such file; run kg in the project's folder or pass --root DIR")

    def name(self, path: Path) -> str:
        """``path`` as the user would write it: relative to the working directory if it lies below, with slashes."""
        relative = os.path.relpath(path)
        return Path(path if relative.startswith("..") else relative).as_posix()

    def of_project(self, text: str) -> str:
        """A text with places named as in the project's folder, wherever the command was run: what a release says does not depend on that."""
        found = (path for folder in (self.mappings, self.ontology, self.queries) for path in folder.rglob("*") if path.is_file())
        names = {} if self.name(self.root) == "." else {self.name(path): path.relative_to(self.root).as_posix() for path in found}
        if not names:
            return text
        longest_first = sorted(names, key=len, reverse=True)
        places = rf"(?<![\w./-])({'|'.join(map(re.escape, longest_first))})(?=:\d)"
        return re.sub(places, lambda match: names[match[1]], text)

    def named(self, paths: Iterable[Path]) -> list[tuple[Path, str]]:
        """Each path with its name in findings, sorted; without the hidden files that editors and file systems leave."""
        shown = (path for path in paths if not path.name.startswith("."))
        return [(path, self.name(path)) for path in sorted(shown, key=lambda path: (path.parent, path.stem, path.name))]

    def vocabulary_files(self) -> list[tuple[Path, str]]:
        """The ontology and the concept schemes."""
        return self.named(self.ontology.glob("*.ttl"))

    def shape_files(self) -> list[tuple[Path, str]]:
        """The SHACL shapes."""
        return self.named((self.ontology / "shapes").glob("*.ttl"))

    def rule_files(self) -> list[tuple[Path, str]]:
        """The CONSTRUCT queries."""
        return self.named((self.ontology / "rules").glob("*.rq"))

    def check_files(self) -> list[tuple[Path, str]]:
        """The SELECT queries that must return no row."""
        return self.named((self.ontology / "checks").glob("*.rq"))

    def codebook_files(self) -> list[tuple[Path, str]]:
        """The codebook, and what the keys that it names mean."""
        return [(path, self.name(path)) for path in (self.codebook, self.context) if path.exists()]

    def query_files(self) -> list[tuple[Path, str]]:
        """The published queries."""
        return self.named(self.queries.glob("*.rq"))

    def collection_files(self) -> list[tuple[Path, str]]:
        """The catalogue of documents and the files of entities."""
        catalogue = [self.catalogue] if self.catalogue.exists() else []
        return self.named([*catalogue, *(self.mappings / "entities").glob("*.yaml")])

    def document_files(self) -> list[tuple[Path, str]]:
        """One mapping file per document."""
        own = {self.context, self.catalogue}
        files = [p for p in self.mappings.glob("*.yaml") if p not in own and not p.name.endswith(".skipped.yaml")]
        return self.named(files)

    def stray_files(self, documents: set[str]) -> list[tuple[str, str]]:
        """Files that nothing reads though they look like mappings: name in findings, and what to do.

        :param documents: slugs of the documents that have a mapping file, or are named by one
        """
        yml = [*self.misnamed(), *(self.mappings / "entities").glob("*.yml")]
        strays = [(name, f"a mapping file ends in .yaml: rename it to {path.stem}.yaml") for path, name in self.named(yml)]
        documents = documents | {path.name.removesuffix(".yml") for path in self.misnamed()}
        for folder, suffix, what in (
            (self.mappings, ".skipped.yaml", "a ledger"),
            (self.mappings / "anchors", ".tsv", "an anchor lock"),
        ):
            for path, name in self.named(folder.glob(f"*{suffix}")):
                slug = path.name.removesuffix(suffix)
                if slug not in documents:
                    strays.append((name, f"{what} of no document: there is no {self.name(self.mappings / slug)}.yaml"))
        return strays

    def misnamed(self) -> list[Path]:
        """Mapping files of documents that are not read for their ending."""
        return [path for path in self.mappings.glob("*.yml") if not path.name.startswith(".")]

    def lock(self, document: str) -> Path:
        """The anchor lock of a document."""
        return self.mappings / "anchors" / f"{document}.tsv"

    def ledger(self, document: str) -> Path:
        """The ledger of a document's text that carries no statement."""
        return self.mappings / f"{document}.skipped.yaml"
