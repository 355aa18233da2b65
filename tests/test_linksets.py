"""Linksets: which links lead to which data set."""

import pyoxigraph as ox

from kg.description.linksets import write
from kg.description.writing import Writer
from kg.namespaces import SKOS, graph_iri

PREFIXES = {
    "un": "https://un.example/",
    "area": "https://un.example/goals/areas/",
    "letter": "https://un.example/goals/a-",
    "ex": "https://example.org/a?b=C:",
    "none": "https://x.example/",
}


def described(*objects: str) -> dict[str, str]:
    """What is said in literals of targets and linksets of links to ``objects``, by fragment and local name of the property."""
    graph, subject = ox.NamedNode(graph_iri("links")), ox.NamedNode("https://example.org/s")
    writer = Writer()
    quads = [ox.Quad(subject, ox.NamedNode(f"{SKOS}exactMatch"), ox.NamedNode(iri), graph) for iri in objects]
    elsewhere = ox.Quad(
        subject, ox.NamedNode(f"{SKOS}exactMatch"), ox.NamedNode("https://un.example/1"), ox.NamedNode(graph_iri("other"))
    )
    write(writer, [*quads, elsewhere], PREFIXES)
    said = {}
    for triple in writer.triples:
        if isinstance(triple.object, ox.Literal) and isinstance(triple.subject, ox.NamedNode):
            name = triple.predicate.value.rpartition("#")[2]
            said[f"{triple.subject.value.partition('#')[2]} {name}"] = triple.object.value
    return said


def test_a_target_is_known_by_its_namespace() -> None:
    """Links in other graphs do not count; a prefix without links is no target."""
    assert described("https://example.org/a?b=C:1", "https://example.org/a?b=C:2") == {
        "target-ex label": "example.org (ex)",
        "target-ex uriSpace": "https://example.org/a?b=C:",
        "links-ex-exactMatch triples": "2",
    }


def test_namespaces_in_one_another_are_told_apart_by_a_pattern() -> None:
    """The outer one by the folders that its links are in, with what is special in a regular expression escaped."""
    said = described("https://un.example/goals", "https://un.example/goals/1.2", "https://un.example/goals/areas/004")

    assert said["target-un uriRegexPattern"] == r"^(https://un\.example/[^/#]*|https://un\.example/goals/[^/#]*)$"
    assert said["target-area uriSpace"] == "https://un.example/goals/areas/"
    assert (said["links-un-exactMatch triples"], said["links-area-exactMatch triples"]) == ("2", "1")
    assert "target-un uriSpace" not in said


def test_what_cannot_be_told_apart_has_no_pattern() -> None:
    """Rather none than one that finds a link of another target."""
    said = described("https://un.example/goals/a-1", "https://un.example/goals/b-1")

    assert said["target-letter uriSpace"] == "https://un.example/goals/a-"
    assert not [key for key in said if key.startswith("target-un uri")]


def test_a_link_without_a_prefix_counts_for_its_namespace() -> None:
    """Named by a hash."""
    said = described("https://elsewhere.example/thing/1")

    (space,) = [value for key, value in said.items() if key.endswith("uriSpace")]
    assert space == "https://elsewhere.example/thing/"
