"""What a release says of itself in files: its manifest, its report, and the queries and shapes that it was made with.

In: :class:`~kg.scale.steps.Judged`. Out: files of a draft. Next: :mod:`kg.release` makes it the release; :mod:`kg.store` reads ``release.json``.
"""

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Final

from kg import description, dumps, report, textindex
from kg.citation_file import read_citation_file
from kg.graph import from_jsonld
from kg.mappings.convert import JsonNode
from kg.namespaces import ID, graph_iri
from kg.scale.databases import STORE
from kg.scale.steps import Judged

_THREADS: Final = 4


def statements(judged: Judged) -> Counter[str]:
    """Number of statements of each kind; withdrawn ones do not count."""
    return sum((Counter(document.head["kinds"]) for document in judged.documents.values()), Counter())


def copy(files: Iterable[tuple[Path, str]], target: Path) -> None:
    """Copy files into a new folder, so that serving needs nothing but the release."""
    target.mkdir()
    for path, _ in files:
        shutil.copyfile(path, target / path.name)


def write_report(judged: Judged, draft: Path) -> None:
    """The SHACL report, for machines and for people, and the evidence of the links."""
    target = draft / "report"
    target.mkdir()
    layout = judged.shared.layout
    triples = from_jsonld(report.shacl_report(judged.validation, judged.trace))
    (target / "shacl.ttl").write_text(layout.of_project(dumps.serialise_triples(triples).decode()), encoding="utf-8")
    text = layout.of_project(report.format_findings(judged.findings, "text"))
    (target / "report.txt").write_text(f"{text}\n{report.summary(judged.findings)}\n".lstrip(), encoding="utf-8")
    links = layout.links
    if links.exists():
        shutil.copyfile(links, draft / "dumps" / links.name)


def write_manifest(draft: Path, version: str, counts: Mapping[str, int], judged: Judged) -> None:
    """``release.json`` and ``checksums.txt``. Store and index are left out: their bytes are the databases' own business.

    :param counts: triples by graph IRI
    """
    left_out = {draft / STORE, draft / textindex.FOLDER}
    paths = [p for p in sorted(draft.rglob("*")) if p.is_file() and left_out.isdisjoint(p.parents)]
    with ThreadPoolExecutor(_THREADS) as threads:
        hashes = list(threads.map(_sha256, paths))
    listed = [
        {"path": path.relative_to(draft).as_posix(), "bytes": path.stat().st_size, "sha256": digest}
        for path, digest in zip(paths, hashes, strict=True)
    ]
    nodes, citation, kinds = judged.shared.nodes, judged.shared.layout.citation, statements(judged)
    total = sum(counts.values())
    manifest = {
        "version": version,
        "license": description.LICENSE,
        "citation": asdict(read_citation_file(citation)) if citation.exists() else None,
        "statements": kinds.total(),
        "quads": total,
        "triples": total,  # each is in one graph
        "graphs": counts,
        "counts": dict(sorted(kinds.items())),
        "entities": dict(sorted(judged.entities.items())),
        "documents": [_document(slug, nodes, sum(d.head["kinds"].values())) for slug, d in sorted(judged.documents.items())],
        "files": listed,
    }
    (draft / "release.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    lines = (f"{entry['sha256']}  {entry['path']}\n" for entry in listed)
    (draft / "checksums.txt").write_text("".join(lines), encoding="utf-8")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _document(slug: str, nodes: Mapping[str, JsonNode], number: int) -> dict[str, object]:
    """What the first page shows of a document."""
    iri = f"{ID}document/{slug}"
    node = nodes.get(iri, {})
    authors = [nodes.get(str(a), {}).get("label", {}) for a in _listed(node.get("author"))]
    return {
        "id": slug,
        "iri": iri,
        "graph": graph_iri(slug),
        "title": {tag: texts[0] for tag, texts in _texts(node.get("title")).items()},
        "author": ", ".join(_texts(author).get("nl", [""])[0] for author in authors),
        "date": next(iter(_listed(node.get("date")) or _listed(node.get("issued"))), ""),
        "url": next(iter(_listed(node.get("url"))), ""),
        "statements": number,
    }


def _listed(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []


def _texts(value: object) -> dict[str, list[str]]:
    return {str(tag): _listed(texts) for tag, texts in value.items()} if isinstance(value, dict) else {}
