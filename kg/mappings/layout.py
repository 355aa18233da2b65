"""Where the inputs lie: the folders of a project, and the names by which findings call their files.

In: the project's root. Out: paths, in a fixed order. Next: :mod:`kg.mappings.corpus` and :mod:`kg.release`.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from kg.errors import UsageError


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
    def links(self) -> Path:
        return self.mappings / "links.sssom.tsv"

    def require(self) -> None:
        """Raise :class:`UsageError` if this is no project."""
        for path in (self.ontology / "policy.ttl", self.context):
            if not path.is_file():
                raise UsageError(f"{self.name(path)}: no such file; run kg in the project's folder or pass --root DIR")

    def name(self, path: Path) -> str:
        """``path`` as the user would write it: relative to the working directory if it lies below, with slashes."""
        relative = os.path.relpath(path)
        return Path(path if relative.startswith("..") else relative).as_posix()

    def named(self, paths: list[Path]) -> list[tuple[Path, str]]:
        """Each path with its name in findings, sorted."""
        return [(path, self.name(path)) for path in sorted(paths)]

    def vocabulary_files(self) -> list[tuple[Path, str]]:
        """The ontology and the concept schemes."""
        return self.named(list(self.ontology.glob("*.ttl")))

    def collection_files(self) -> list[tuple[Path, str]]:
        """The catalogue of documents and the files of entities."""
        catalogue = [self.catalogue] if self.catalogue.exists() else []
        return self.named(catalogue + list((self.mappings / "entities").glob("*.yaml")))

    def document_files(self) -> list[tuple[Path, str]]:
        """One mapping file per document."""
        own = {self.context, self.catalogue}
        files = [p for p in self.mappings.glob("*.yaml") if p not in own and not p.name.endswith(".skipped.yaml")]
        return self.named(files)

    def lock(self, document: str) -> Path:
        """The anchor lock of a document."""
        return self.mappings / "anchors" / f"{document}.tsv"

    def ledger(self, document: str) -> Path:
        """The ledger of a document's text that carries no statement."""
        return self.mappings / f"{document}.skipped.yaml"
