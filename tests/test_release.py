"""Releases: complete or not at all, byte-identical from the same inputs, and the old one serves until the new one is whole."""

import gzip
import hashlib
import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg import atomic, release
from kg.description import facts
from kg.errors import ReleaseError
from kg.graph import each_triple_once
from kg.mappings.layout import Layout
from kg.store import current_release, read_quads
from tests.project import ROOT, edit, snapshot

KILLED = """
import os, signal, sys
from pathlib import Path
from kg import release
from kg.description import facts
from kg.mappings.layout import Layout

def die(stage):
    if stage == sys.argv[1]:
        os.kill(os.getpid(), signal.SIGKILL)

release.build(Layout(Path()), Path("build"), on_stage=die)
"""


def dumps_of(path: Path) -> dict[str, bytes]:
    """Everything in a release but store and index, whose bytes are the databases' own business."""
    return {name: data for name, data in snapshot(path).items() if not name.startswith(("store/", "search/"))}


def test_release_is_complete(project: Layout) -> None:
    """Store, dumps plain and gzipped, queries, shapes, checks, codebook, report, manifest, checksums that agree."""
    made = release.build(project, Path("build"))

    names = set(dumps_of(made))
    assert names == {
        "checksums.txt",
        "dumps/links.sssom.tsv",
        *(
            f"dumps/{stem}.{extension}{gz}"
            for stem in ("policy-kg", "harbour-2031", "reply-2032")
            for extension in ("ttl", "trig", "nt", "nq", "jsonld", "rdf")
            for gz in ("", ".gz")
        ),
        *(f"dumps/{stem}.csv{gz}" for stem in ("statements", "harbour-2031", "reply-2032") for gz in ("", ".gz")),
        *(
            f"dumps/{name}"
            for name in ("statements.csv-metadata.json", "csv-metadata.json", "statements.parquet", "statements.xlsx")
        ),
        "queries/demands.rq",
        "release.json",
        "report/report.txt",
        "report/shacl.ttl",
        *(f"shapes/{path.name}" for path in (ROOT / "ontology" / "shapes").glob("*.ttl")),
        *(f"checks/{path.name}" for path in (ROOT / "ontology" / "checks").glob("*.rq")),
        "codebook/README.md",
        "codebook/context.yaml",
    }
    for line in (made / "checksums.txt").read_text(encoding="utf-8").splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256((made / name).read_bytes()).hexdigest() == digest
    for packed in (made / "dumps").glob("*.gz"):
        assert gzip.decompress(packed.read_bytes()) == packed.with_suffix("").read_bytes()
    assert current_release(Path("build")).path == made.resolve()


def test_manifest_counts_what_the_store_holds(project: Layout) -> None:
    """Statements by kind, quads by graph, and the documents."""
    made = release.build(project, Path("build"))

    manifest = json.loads((made / "release.json").read_text(encoding="utf-8"))
    assert manifest["counts"] == {"Assessment": 1, "Claim": 2, "Commitment": 1, "Demand": 3, "Principle": 1, "Response": 1}
    assert [(d["id"], d["statements"], d["author"]) for d in manifest["documents"]] == [
        ("harbour-2031", 7, "Ploegpartij"),
        ("reply-2032", 2, "Regering van Elland"),
    ]
    quads = read_quads(current_release(Path("build")))
    assert manifest["quads"] == len(quads) == sum(manifest["graphs"].values())
    assert manifest["quads"] == len((made / "dumps" / "policy-kg.nq").read_text(encoding="utf-8").splitlines())


def test_same_inputs_give_the_same_bytes(project: Layout) -> None:
    """Two builds in processes of their own, so that no hash seed is shared."""
    for target in ("one", "two"):
        command = [sys.executable, "-m", "kg", "build", "--build-dir", target]
        subprocess.run(command, check=True, capture_output=True, cwd=project.root, env={"PYTHONPATH": str(ROOT)})

    assert dumps_of(Path("one/current").resolve()) == dumps_of(Path("two/current").resolve())


@pytest.mark.parametrize("where", ["", "mappings", ".."])
def test_a_release_does_not_depend_on_where_it_is_built(project: Layout, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    """Nor on the folder that the command runs in: reports name files as in the project's folder."""
    edit(project, "mappings/harbour-2031.yaml", "- id: s002\n  section: vision", "- id: s002\n  section: measures")
    here = release.build(project, Path("build"), Path("texts"))
    root = Path().absolute()
    monkeypatch.chdir(root / where)

    there = release.build(Layout(root), root.parent / "elsewhere", root / "texts")

    assert there.name == here.name
    assert dumps_of(there) == dumps_of(root / here)
    for name in ("report/report.txt", "report/shacl.ttl"):
        assert (there / name).read_bytes() == (root / here / name).read_bytes()
    assert "mappings/harbour-2031.yaml:22:12: warning: s002" in (there / "report" / "report.txt").read_text(encoding="utf-8")
    assert str(root) not in (there / "report" / "report.txt").read_text(encoding="utf-8")


def test_a_change_makes_another_release_and_keeps_the_old(project: Layout) -> None:
    """A release is immutable; `current` moves."""
    first = release.build(project, Path("build"))
    before = snapshot(first)
    edit(project, "mappings/harbour-2031.yaml", "Harbours belong to nobody", "Harbours are owned by nobody")

    second = release.build(project, Path("build"))

    assert second != first
    assert Path("build/current").resolve() == second.resolve()
    assert snapshot(first) == before


def test_building_again_changes_nothing(project: Layout) -> None:
    """The same inputs are the same release."""
    first = release.build(project, Path("build"))
    before = snapshot(first)

    assert release.build(project, Path("build")) == first
    assert snapshot(first) == before


def test_another_description_makes_another_release(project: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a release says of itself is part of what it holds, so it does not take the name of one that says something else."""
    first = release.build(project, Path("build"))
    monkeypatch.setitem(facts.ABSTRACT, "en", "Another text.")
    shutil.rmtree("build/cache")  # what is kept is that of this code, which a test does not change

    second = release.build(project, Path("build"))

    assert second != first
    assert f"release/{second.name}>" in (second / "dumps" / "policy-kg.nt").read_text(encoding="utf-8")


@pytest.mark.parametrize("file", ["mappings/README.md", "ontology/checks/duplicate-summary.rq"])
def test_another_codebook_or_check_makes_another_release(project: Layout, file: str) -> None:
    """A release holds the codebook and the checks, so it is another one when they are."""
    first = release.build(project, Path("build"))
    path = project.root / file
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")

    assert release.build(project, Path("build")) != first


@pytest.mark.parametrize("stage", release.STAGES)
def test_a_killed_build_leaves_the_old_release_serving(project: Layout, stage: str) -> None:
    """SIGKILL at the start of any stage: `current` still points at a whole release, and the next build clears up."""
    first = release.build(project, Path("build"))
    edit(project, "mappings/harbour-2031.yaml", "Harbours belong to nobody", "Harbours are owned by nobody")

    run = subprocess.run(
        [sys.executable, "-c", KILLED, stage], cwd=project.root, env={"PYTHONPATH": str(ROOT)}, capture_output=True, check=False
    )

    assert run.returncode == -signal.SIGKILL
    assert Path("build/current").resolve() == first.resolve()
    assert len(read_quads(current_release(Path("build")))) > 0
    served = [path.name for path in Path("build/releases").iterdir() if not path.name.startswith(".")]
    assert served == [first.name]

    second = release.build(project, Path("build"))

    assert Path("build/current").resolve() == second.resolve()
    assert sorted(path.name for path in Path("build/releases").iterdir()) == sorted([first.name, second.name])


def test_a_first_build_that_is_killed_leaves_nothing_that_serves(project: Layout) -> None:
    """Without a release there is none, not half a one."""
    subprocess.run(
        [sys.executable, "-c", KILLED, "publish"],
        cwd=project.root,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
    )

    with pytest.raises(ReleaseError, match="run `kg build`"):
        current_release(Path("build"))


def test_two_builds_at_a_time_are_refused(project: Layout) -> None:
    """The second says that another is running."""
    with atomic.exclusive(Path("build")), pytest.raises(ReleaseError, match="another build is running"):
        release.build(project, Path("build"))


def test_unknown_graph_lists_the_known_ones(project: Layout) -> None:
    """`kg export --graph` with a misspelt name."""
    release.build(project, Path("build"))

    with pytest.raises(ReleaseError, match="graph/harbour-2031"):
        read_quads(current_release(Path("build")), "https://w3id.org/policy-kg/graph/harbor")


def test_a_triple_in_two_graphs_is_refused() -> None:
    """The message names the triple and both graphs, and what to do."""
    node, graphs = ox.NamedNode("https://example.org/a"), [ox.NamedNode(f"https://example.org/g{n}") for n in (1, 2)]
    quads = [ox.Quad(node, node, ox.Literal("x"), graph) for graph in graphs]

    each_triple_once([quads[0], quads[0]])
    with pytest.raises(ReleaseError, match=r"example\.org/a> \S+ \"x\" is in <\S+/g1> and in <\S+/g2>.*NOT EXISTS"):
        each_triple_once(quads)
