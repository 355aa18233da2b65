"""Nodes as lines: by their terms, or by the JSON-LD processor, which says the same."""

from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.graph import from_jsonld
from kg.mappings.context import Context, Form, read_context
from kg.namespaces import ID, POL
from kg.scale import lines
from kg.scale.spelling import Spelling

CONTEXT, _ = read_context(Path(__file__).parent.parent / "mappings" / "context.yaml", "context.yaml")
SPELLING = Spelling(CONTEXT)

_IRIS = st.sampled_from(
    [f"{ID}agent/b", f"{ID}agent/a", f"{POL}Claim", "https://example.org/a/../b?c=%20#d", "https://example.org/é"]
)
_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6) | st.sampled_from(['"a" \\ b', "a\nb\t", "\x7f\x85"])
_VALUES: dict[Form, st.SearchStrategy[Any]] = {
    Form.TEXT: st.dictionaries(st.sampled_from(["nl", "en"]), st.lists(_TEXTS, max_size=3), max_size=2),
    Form.LITERAL: _TEXTS | st.lists(_TEXTS, max_size=3),
    Form.REFERENCE: _IRIS | st.lists(_IRIS, max_size=3),
    Form.KIND: _IRIS | st.lists(_IRIS, max_size=3),
}
_FLAT = st.fixed_dictionaries(
    {}, optional={key: _VALUES[term.form] for key, term in CONTEXT.terms.items() if term.form in _VALUES}
)
_NODE = st.builds(
    lambda node, inner: {**node, **inner}, _FLAT, st.fixed_dictionaries({}, optional={"target": _FLAT, "passage": _FLAT})
)


def _by_processor(context: Context, nodes: list[Any]) -> list[str]:
    return lines.of_triples(from_jsonld({"@context": context.for_resolved(), "@graph": nodes}))


def _lines(spelling: Spelling, nodes: list[Any]) -> list[str]:
    return list(chain.from_iterable(spelling.lines(nodes).values()))


def test_lines_of_a_node_by_subject() -> None:
    """Class first, then by property; each value once; a text that needs it is escaped."""
    node: dict[str, object] = {
        "id": f"{ID}statement/a/s1",
        "summary": {"en": ['Say "so"']},
        "topics": [f"{ID}topic/b", f"{ID}topic/a"],
        "kind": [f"{POL}Claim"],
        "target": [{"id": f"{ID}statement/a/s1#target-1", "value": ["0.70"]}],
    }
    subject = f"<{ID}statement/a/s1>"

    assert SPELLING.asked_once
    assert SPELLING.lines([node]) == {
        f"<{ID}statement/a/s1#target-1>": [
            f'<{ID}statement/a/s1#target-1> <{POL}value> "0.70"^^<http://www.w3.org/2001/XMLSchema#decimal> .'
        ],
        subject: [
            f"{subject} <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{POL}Claim> .",
            f'{subject} <{POL}summary> "Say \\"so\\""@en .',
            f"{subject} <{POL}target> <{ID}statement/a/s1#target-1> .",
            f"{subject} <{POL}topic> <{ID}topic/a> .",
            f"{subject} <{POL}topic> <{ID}topic/b> .",
        ],
    }


@settings(max_examples=150, deadline=None)
@given(st.lists(_NODE, max_size=3))
def test_as_the_json_ld_processor_says(written: list[dict[str, Any]]) -> None:
    """Whatever the values are of which the terms tell."""
    nodes: list[dict[str, Any]] = []
    for number, node in enumerate(written):
        iri = f"{ID}statement/a/s{number}"
        inner: dict[str, Any] = {key: [{"id": f"{iri}#{key}", **node[key]}] for key in ("target", "passage") if key in node}
        nodes.append({"id": iri, **node, **inner})

    assert _lines(SPELLING, nodes) == _by_processor(CONTEXT, nodes)


@pytest.mark.parametrize(
    "change",
    [
        '  "@language": nl\n',
        '  steps: {"@id": pol:topic, "@type": "@id", "@container": "@list"}\n',
        '  toldBy: {"@reverse": pol:speaker, "@type": "@id"}\n',
        '  subject: {"@id": pol:topic, "@type": "@id"}\n',
    ],
    ids=["default language", "list", "reverse", "two keys of one property"],
)
def test_a_context_that_says_more_than_terms(tmp_path: Path, change: str) -> None:
    """Then the JSON-LD processor is asked about each node."""
    path = tmp_path / "context.yaml"
    path.write_text(
        f'"@context":\n  pol: {POL}\n  id: "@id"\n  kind: "@type"\n  note: pol:note\n'
        f'  topics: {{"@id": pol:topic, "@type": "@id"}}\n{change}',
        encoding="utf-8",
    )
    context, _ = read_context(path, "context.yaml")
    nodes = [{"id": f"{ID}statement/a/s1", "note": "a", "topics": [f"{ID}topic/a"]}]
    spelling = Spelling(context)

    assert not spelling.asked_once
    assert _lines(spelling, nodes) == _by_processor(context, nodes) != []


@pytest.mark.parametrize(
    "nodes",
    [
        [{"id": f"{ID}agent/a", "unheard": "x"}],
        [{"id": f"{ID}agent/a", "kind": f"{POL}Agent", "homepage": ["not an IRI"]}],
        [{"id": f"{ID}agent/a", "label": {"pt-BR": ["x"]}}],
        [{"id": f"{ID}agent/a", "kind": f"{POL}Agent"}, {"id": f"{ID}agent/a", "kind": f"{POL}Party"}],
    ],
    ids=[
        "a key that the context does not name",
        "an IRI that RDF cannot hold",
        "a language tag of several forms",
        "described twice",
    ],
)
def test_a_node_that_says_more_than_terms(nodes: list[Any]) -> None:
    """Then the JSON-LD processor is asked about the document."""
    assert _lines(SPELLING, nodes) == _by_processor(CONTEXT, nodes) != []
