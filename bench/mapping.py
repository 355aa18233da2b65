"""Mapping beside Morph-KGC (https://github.com/morph-kgc/morph-kgc), which maps tables to RDF as RML says.

In comes a project; out go its statements as CSV, one file for each property as an RML user would have tables, a YARRRML mapping of these, and the same triples
from both. It covers the properties of :data:`COVERED`; ours maps all others in the same run, checks every reference, and knows the line of each value.
"""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import yaml

from bench import child
from kg.graph import assemble
from kg.mappings.corpus import read_corpus
from kg.mappings.layout import Layout
from kg.namespaces import ID, POL, RDF_TYPE

COVERED: Final = {
    "kind": RDF_TYPE,
    "document": f"{POL}statedIn",
    "section": f"{POL}section",
    "speaker": f"{POL}speaker",
    "addressee": f"{POL}addressee",
    "action": f"{POL}action",
    "object": f"{POL}object",
    "topics": f"{POL}topic",
    "beneficiary": f"{POL}beneficiary",
    "place": f"{POL}place",
    "mentions": f"{POL}mentions",
    "stance": f"{POL}stance",
    "confidence": f"{POL}confidence",
    "summary": f"{POL}summary",
}
"""Property by key of a mapping."""


def write_tables(layout: Layout, folder: Path) -> int:
    """Write the statements of a project as CSV, and ``mapping.yaml`` and ``config.ini`` for Morph-KGC.

    :returns: number of statements
    """
    folder.mkdir(parents=True, exist_ok=True)
    statements = list(_statements(layout))
    mappings = {}
    for key, iri in COVERED.items():
        for name, language in ((key, ""),) if key != "summary" else (("summary-nl", "nl"), ("summary-en", "en")):
            with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(("id", "value"))
                rows = [(node["id"], value) for node in statements for value in _values(node.get(key), language)]
                writer.writerows(rows)
            if rows:
                value = {"value": "$(value)", "language": language} if language else {"value": "$(value)", "type": "iri"}
                predicate = {"predicates": iri, "objects": [value]}
                mappings[name] = {"sources": [[f"{folder / name}.csv~csv"]], "s": "$(id)", "po": [predicate]}
    (folder / "mapping.yaml").write_text(yaml.safe_dump({"mappings": mappings}), encoding="utf-8")
    config = f"[CONFIGURATION]\noutput_file={folder / 'morph.nt'}\noutput_format=N-TRIPLES\nnumber_of_processes=1\nlogging_level=ERROR\n"
    (folder / "config.ini").write_text(f"{config}[Statements]\nmappings={folder / 'mapping.yaml'}\n", encoding="utf-8")
    return len(statements)


def _statements(layout: Layout) -> Iterator[dict[str, object]]:
    for nodes in read_corpus(layout).graphs.values():
        yield from (n for n in nodes if str(n["id"]).startswith(f"{ID}statement/") and "withdrawn" not in n)


def _values(value: object, language: str) -> list[object]:
    if language:
        value = value.get(language, []) if isinstance(value, dict) else []
    return value if isinstance(value, list) else [] if value is None else [value]


def write_ours(layout: Layout, target: Path) -> dict[str, int]:
    """Map a project, all of it, and write the triples; this is what is timed."""
    dataset = assemble(read_corpus(layout))
    target.write_bytes(b"".join(f"{quad.triple} .\n".encode() for quad in dataset.quads))
    return {"triples": len(dataset.quads)}


def covered(file: Path) -> set[str]:
    """The lines of an N-Triples file that say something covered of a statement that is not withdrawn."""
    said = set(COVERED.values())
    found = set()
    withdrawn = set()
    for text in file.read_text(encoding="utf-8").splitlines():
        subject, predicate, _ = text.split(" ", 2)
        if subject.startswith(f"<{ID}statement/") and "#" not in subject:
            if predicate[1:-1] in said:
                found.add(text.rstrip(" .") + " .")
            elif predicate.endswith("#deprecated>"):
                withdrawn.add(subject)
    return {text for text in found if text.split(" ", 1)[0] not in withdrawn}


def bench_mapping(name: str, layout: Layout, scratch: Path) -> None:
    """Print both, and whether their triples are the same."""
    folder = scratch / "tables"
    count = write_tables(layout, folder)
    ours_file = scratch / "ours.nt"
    ours = child.run(["-m", "bench.tasks", "map", str(layout.root), str(ours_file)])
    theirs = child.run(["-m", "morph_kgc", str(folder / "config.ini")], child.APART)
    child.table(f"Mapping, {name}: {count:,} statements", "triples")
    child.line("policy-kg: YAML to all triples, checked", ours, ours, f"{ours.said['triples']:,}")
    if theirs.said is None:
        child.line("Morph-KGC: CSV to the covered triples", theirs, ours)
        return
    left, right = covered(ours_file), covered(folder / "morph.nt")
    same = (
        "the same as ours for what it covers"
        if left == right
        else f"DIFFER: {len(left - right)} ours, {len(right - left)} theirs"
    )
    child.line("Morph-KGC: CSV to the covered triples", theirs, ours, f"{len(right):,}, {same}")
    rates = (ours.said["triples"] / ours.processor, len(right) / theirs.processor)
    print(f"{'':<4}triples a processor second: {rates[0]:,.0f} ours, {rates[1]:,.0f} Morph-KGC; covered: {', '.join(COVERED)}")


def printed(value: object) -> None:
    """Print JSON, for the process that waits."""
    print(json.dumps(value))
