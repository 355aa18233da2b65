"""The difference of two releases: in words, as JSON, as an update and as a patch that lead from one to the other."""

import gzip
import json
import os
import shutil
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from kg import release
from kg.cli import main
from kg.diff import patches, words
from kg.diff.changes import Status, compare
from kg.diff.inputs import Side, read_side
from kg.errors import ReleaseError
from kg.mappings.layout import Layout
from kg.namespaces import ID, POL, graph_iri
from tests.project import edit, make_project

HARBOUR = "mappings/harbour-2031.yaml"
NEW_STATEMENT = """- id: s009
  section: measures
  passage: Het beleid van Verland … visser.
  kind: Claim
  topics: [fishing]
  summary:
    nl: Verland vist veel.
    en: Farland fishes a lot.
withdrawn:
- id: s007
  replacedBy: s009
"""


def change(layout: Layout) -> None:
    """One statement more, one in other words, one with another topic, one withdrawn, another link, entity and term."""
    edit(layout, HARBOUR, "Harbours belong to nobody in particular.", "Harbours are nobody's in particular.")
    edit(layout, HARBOUR, "  topics: [treaties]\n  condition", "  topics: [harbours]\n  condition")
    text = (layout.root / HARBOUR).read_text(encoding="utf-8")
    start, end = text.index("- id: s007"), text.index("withdrawn:")
    (layout.root / HARBOUR).write_text(text[:start] + NEW_STATEMENT + text[end + len("withdrawn:\n") :], encoding="utf-8")
    lock = layout.lock("harbour-2031")
    rows = [row for row in lock.read_text(encoding="utf-8").splitlines() if not row.startswith("s007")]
    same = next(row for row in rows if row.startswith("s006"))
    lock.write_text("\n".join([*rows, "s009" + same[4:]]) + "\n", encoding="utf-8")
    edit(layout, "mappings/entities/agents.yaml", "en: Plough Party", "en: Plough Union")
    edit(layout, "ontology/policy.ttl", '"A statement that asserts a fact', '"A statement that claims a fact')


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """A build directory, and the versions of two releases in it."""
    root = tmp_path_factory.mktemp("project")
    layout = make_project(root)
    old = release.build(layout, root / "build").name
    change(layout)
    return root / "build", old, release.build(layout, root / "build").name


@pytest.fixture(scope="module")
def sides(builds: tuple[Path, str, str]) -> tuple[Side, Side]:
    """Both releases."""
    return read_side(builds[1], builds[0]), read_side(builds[2], builds[0])


def test_in_words(sides: tuple[Side, Side], builds: tuple[Path, str, str]) -> None:
    """What was added, changed from what to what, withdrawn and replaced; links, entities and terms in short."""
    text = "\n".join(words.text(compare(*sides)))

    head, _, rest = text.partition("\n")
    assert head == f"{builds[1]} → {builds[2]}"
    told = rest.partition("\n\n")[2].partition("\n\nInferred: ")[0]
    assert told == (
        "Statements: 1 added, 2 changed, 1 withdrawn\n"
        "  harbour-2031\n"
        "    ~ s001  Harbours are nobody's in particular.\n"
        "        summary (en): Harbours belong to nobody in particular. → Harbours are nobody's in particular.\n"
        "    ~ s002  Elland should ratify the Fair Harbours Treaty.\n"
        "        topic: Treaties → Harbours\n"
        "    - s007  The Plough Party reports to its members on the harbours every year. [withdrawn, replaced by harbour-2031/s009]\n"
        "    + s009  Farland fishes a lot.\n"
        "\n"
        "Entities: 1 changed\n"
        "  ~ agent/plough-party  Plough Union\n"
        "      prefLabel (en): Plough Party → Plough Union\n"
        "\n"
        "Ontology: 1 changed\n"
        "  ~ pol:Claim  claim\n"
        f"      definition (en): {DEFINITION} → {DEFINITION.replace('asserts', 'claims')}"
    )


DEFINITION = "A statement that asserts a fact or a causal link about the world."


def test_as_json(sides: tuple[Side, Side]) -> None:
    """The same for programs."""
    document = json.loads(words.as_json(compare(*sides)))

    by_iri = {thing["iri"]: thing for thing in document["things"]}
    assert by_iri[f"{ID}statement/harbour-2031/s002"] == {
        "group": "statement",
        "iri": f"{ID}statement/harbour-2031/s002",
        "status": "changed",
        "label": "Elland should ratify the Fair Harbours Treaty.",
        "wording": False,
        "replaced_by": [],
        "changes": [{"property": f"{POL}topic", "path": "topic", "before": ["Treaties"], "after": ["Harbours"]}],
    }
    assert by_iri[f"{ID}statement/harbour-2031/s001"]["wording"] is True
    assert document["quads"]["added"] > 0


def test_no_difference(sides: tuple[Side, Side]) -> None:
    """Said so; the update and the patch do nothing."""
    same = compare(sides[0], sides[0])

    assert list(words.text(same))[1:] == ["No difference."]
    assert not [line for line in patches.sparql_update(same) if not line.startswith("#")]
    assert patches.read_patch(patches.rdf_patch(same)) == ([], [])


def test_a_statement_that_is_gone_and_one_that_came_back(sides: tuple[Side, Side]) -> None:
    """Without a tombstone it is lost, which is not the same as withdrawn."""
    old, new = sides
    gone = f"{ID}statement/harbour-2031/s005"
    without = Side("x", "", frozenset(q for q in old.quads if not str(q.subject).startswith(f"<{gone}")))

    lost = compare(old, without).of("statement", Status.LOST)
    back = {thing.name: thing.status for thing in compare(new, old).of("statement")}

    assert [thing.name for thing in lost] == ["harbour-2031/s005"]
    assert "gone without a trace" in "\n".join(words.text(compare(old, without)))
    assert back["harbour-2031/s007"] is Status.RESTORED


def test_links(sides: tuple[Side, Side]) -> None:
    """By subject, property and address."""
    old = sides[0]
    links = ox.NamedNode(graph_iri("links"))
    link = ox.Quad(
        ox.NamedNode(f"{ID}agent/elland"),
        ox.NamedNode("http://www.w3.org/2004/02/skos/core#exactMatch"),
        ox.NamedNode("https://example.org/elland"),
        links,
    )

    text = "\n".join(words.text(compare(old, Side("x", "", old.quads | {link}))))

    assert "Links: 1 added, 0 removed\n  + agent/elland skos:exactMatch https://example.org/elland" in text


def held(quads: frozenset[ox.Quad]) -> ox.Store:
    """A store of quads."""
    store = ox.Store()
    store.extend(quads)
    return store


def test_the_update_leads_from_one_to_the_other(sides: tuple[Side, Side]) -> None:
    """Run on a store of the old release; it then holds the new one."""
    store = held(sides[0].quads)

    store.update("".join(patches.sparql_update(compare(*sides), chunk=3)))

    assert set(store) == set(held(sides[1].quads))


TERMS = st.text(st.characters(codec="utf-8"), max_size=8)
IRIS = st.sampled_from([ox.NamedNode(f"https://example.org/{name}") for name in ("a", "b", "é", "c%20")])
OBJECTS = st.one_of(
    IRIS,
    TERMS.map(ox.Literal),
    TERMS.map(lambda text: ox.Literal(text, language="nl")),
    st.integers(-5, 5).map(ox.Literal),
    TERMS.map(lambda text: ox.Literal(text, datatype=ox.NamedNode("https://example.org/type"))),
)
QUADS = st.frozensets(st.builds(ox.Quad, IRIS, IRIS, OBJECTS, st.one_of(IRIS, st.just(ox.DefaultGraph()))), max_size=12)


@settings(max_examples=200)
@given(old=QUADS, new=QUADS, chunk=st.integers(1, 4))
def test_any_update_and_any_patch(old: frozenset[ox.Quad], new: frozenset[ox.Quad], chunk: int) -> None:
    """Whatever is in the terms: quotes, line ends, other planes, the default graph."""
    difference = compare(Side("a", "1", old), Side("b", "2", new))
    store = held(old)

    store.update("".join(patches.sparql_update(difference, chunk)))
    text = "".join(patches.rdf_patch(difference))
    deleted, inserted = patches.read_patch(text.split("\n"))

    assert set(store) == set(held(new))
    assert set(deleted) == set(old - new)
    assert set(inserted) == set(new - old)
    assert list(words.text(difference))


def test_patch_names_the_releases(sides: tuple[Side, Side], builds: tuple[Path, str, str]) -> None:
    """Its own and the one that it goes on, within one transaction."""
    rows = list(patches.rdf_patch(compare(*sides)))

    assert rows[:3] == [
        f"H id <https://w3id.org/policy-kg/release/{builds[2]}> .\n",
        f"H prev <https://w3id.org/policy-kg/release/{builds[1]}> .\n",
        "TX .\n",
    ]
    assert rows[-1] == "TC .\n"
    with pytest.raises(ReleaseError, match='line 2 of the patch: expected a row H, TX, TC, D or A, found "PA"'):
        patches.read_patch(["TX .", "PA <p> <q> ."])


def test_what_is_read(builds: tuple[Path, str, str], tmp_path: Path) -> None:
    """A version, a directory, a dump in either format, gzipped or not: all the same release."""
    build, old, _ = builds
    dumped = build / "releases" / old / "dumps"
    trig = tmp_path / "a.trig.gz"
    shutil.copy(dumped / "policy-kg.trig.gz", trig)
    expected = read_side(old, build)

    for given_ in (build / "releases" / old, dumped / "policy-kg.nq", dumped / "policy-kg.nq.gz", trig):
        side = read_side(str(given_), tmp_path)
        assert (side.version, side.quads) == (old, expected.quads)
    only_packed = tmp_path / "large" / "dumps"
    only_packed.mkdir(parents=True)
    shutil.copy(dumped / "policy-kg.nq.gz", only_packed)
    assert read_side(str(tmp_path / "large"), tmp_path).quads == expected.quads


def test_numbers_are_compared_as_they_are_written(sides: tuple[Side, Side]) -> None:
    """0.70 is what the mapping says, though a store says 0.7."""
    assert any(isinstance(q.object, ox.Literal) and q.object.value == "0.70" for q in sides[0].quads)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("none", None, "no release directory, version or dump file .*; .*releases has: 0"),
        ("a.ttl", b"", "only .nq and .trig, plain or .gz, keep the named graphs"),
        ("a.nq", b"<a", r"a\.nq:1: cannot be read"),
        ("a.nq.gz", b"no gzip", r"a\.nq\.gz: cannot be read: Not a gzipped file"),
        ("b.nq.gz", gzip.compress(b"<https://example.org/a> " * 99)[:30], r"b\.nq\.gz: cannot be read"),
        ("c.nq", b"_:x <https://example.org/p> <https://example.org/o> .", "has a blank node"),
    ],
)
def test_what_cannot_be_read(
    builds: tuple[Path, str, str], tmp_path: Path, name: str, content: bytes | None, message: str
) -> None:
    """Each message names the file and what was expected."""
    if content is not None:
        (tmp_path / name).write_bytes(content)

    with pytest.raises(ReleaseError, match=message):
        read_side(str(tmp_path / name) if content is not None else name, builds[0])


def test_command(builds: tuple[Path, str, str]) -> None:
    """`kg diff` with current as the second side, in each form; the exit status on request."""
    build, old, new = builds

    def diff(*arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(main, ["diff", "--build-dir", str(build), *arguments])
        return result.exit_code, result.stdout

    assert diff(old)[1].startswith(f"{old} → current ({new})\n")
    assert "INSERT DATA {" in diff(old, new, "--format", "sparql")[1]
    assert diff(old, new, "--format", "patch")[1].endswith("TC .\n")
    assert json.loads(diff(old, new, "--format", "json")[1])["new"]["version"] == new
    assert [diff(old, other, "--exit-code")[0] for other in (old, new)] == [0, 1]


def test_without_a_release_to_compare_with(builds: tuple[Path, str, str], tmp_path: Path) -> None:
    """`kg diff` alone says which there are, the newest first, or how to make one."""
    build, old, new = builds
    for path, age in ((build / "releases" / old, 1), (build / "releases" / new, 2)):
        os.utime(path, (age, age))

    def said(directory: Path) -> tuple[int, str]:
        result = CliRunner().invoke(main, ["diff", "--build-dir", str(directory)])
        return result.exit_code, result.stderr.partition("Error: ")[2].strip()

    begins = "say which release to compare the current one with;"
    assert said(build) == (2, f"{begins} {build}/releases has: {new} (current), {old}")
    assert said(tmp_path) == (2, f"{begins} {tmp_path}/releases has none yet: `kg build` makes one")
