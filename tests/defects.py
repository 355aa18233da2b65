"""Defects of input files, as tests describe them: one edit, and the finding that it must give."""

import json
from dataclasses import dataclass

from click.testing import CliRunner

from kg.cli import main
from kg.mappings.layout import Layout
from tests.project import snapshot

HARBOUR = "mappings/harbour-2031.yaml"
REPLY = "mappings/reply-2032.yaml"
AGENTS = "mappings/entities/agents.yaml"
LEDGER = "mappings/harbour-2031.skipped.yaml"
LOCK = "mappings/anchors/harbour-2031.tsv"
LINKS = "mappings/links.sssom.tsv"
TOPICS = "ontology/topics.ttl"
QUERY = "queries/demands.rq"


@dataclass(frozen=True)
class Variant:
    """One defect.

    :ivar at: expected ``file:line:column``
    :ivar says: part of the expected message
    """

    name: str
    file: str
    old: str
    new: str
    at: str
    code: str
    says: str


def findings_of(layout: Layout, *, sources: bool = True) -> list[dict[str, object]]:
    """Findings of `kg check --format json`, which must have failed and written nothing."""
    before = snapshot(layout.root)
    arguments = ["check", "--format", "json"] + (["--sources", "texts"] if sources else [])
    result = CliRunner().invoke(main, arguments)

    assert result.exit_code == 1, result.output
    assert snapshot(layout.root) == before
    found: list[dict[str, object]] = json.loads(result.stdout)
    return found


def assert_found(variant: Variant, found: list[dict[str, object]]) -> None:
    """One of the findings is at the variant's place, with its code and its message."""
    matching = [
        f
        for f in found
        if f"{f['file']}:{f['line']}:{f['column']}".startswith(variant.at)
        and str(f["code"]).startswith(variant.code)
        and variant.says in str(f["message"])
    ]
    assert matching, json.dumps(found, indent=1, ensure_ascii=False)
