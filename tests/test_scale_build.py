"""A release is put together from pieces, and has the bytes that it would have without them."""

import gzip
import io
import json
import os
import pickle
import resource
import shutil
import signal
import subprocess
import sys
from math import sqrt
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg import dumps, release, textindex
from kg.errors import FindingsError, PolicyKgError, ReleaseError
from kg.mappings.corpus import read_corpus
from kg.mappings.layout import Layout
from kg.namespaces import ID, RDF_TYPE
from kg.scale import common, databases, describing, executor, files, lines, steps, together
from kg.scale.cache import Cache
from kg.scale.executor import LARGE, InProcess, Processes, alone
from kg.scale.pieces import GROUPED, UNION, Body, Dump, grouped, parsed, union
from kg.store import current_release, read_quads
from kg.synth.items import MARK
from kg.synth.measure import measure
from kg.synth.write import write
from tests.defects import AGENTS, HARBOUR, LINKS, REPLY
from tests.project import ROOT, edit, make_project, snapshot
from tests.test_release import dumps_of

ANSWERS_AGREE = """#+ description: An answer agrees.
#+ scope: corpus
#+ reads: names

PREFIX pol: <https://w3id.org/policy-kg/ontology#>

CONSTRUCT { ?answered pol:agreesWith ?answer }
WHERE { ?answer pol:respondsTo ?answered }
"""

EDITS = {
    "a summary": (HARBOUR, "Harbours belong to nobody", "Harbours are owned by nobody"),
    "a relation across documents": (REPLY, "respondsTo: harbour-2031/s002", "respondsTo: harbour-2031/s003"),
    "an entity": (AGENTS, "https://example.org/plough", "https://example.org/ploughs"),
    "a name": (AGENTS, "{nl: Elland", "{nl: Ellanden"),
    "a broader topic": (
        "ontology/topics.ttl",
        'skos:topConceptOf id:topic ;\n    skos:prefLabel "Verd',
        'skos:broader topic:harbours ;\n    skos:prefLabel "Verd',
    ),
    "a new word": (HARBOUR, "nl: Havens horen niemand", "nl: Haven, fonds, haven, fonds, haven, fonds horen niemand"),
    "a shape": ("ontology/shapes/statement.ttl", "add `speaker:` with the slug of an agent", "add `speaker:`"),
    "the context": ("mappings/context.yaml", 'homepage: {"@id": foaf:homepage', 'homepage: {"@id": foaf:weblog'),
    "a rule": (
        "ontology/rules/attribution.rq",
        "CONSTRUCT { ?statement",
        "CONSTRUCT { ?coding prov:wasInfluencedBy ?coder . ?statement",
    ),
    "a rule for all documents": ("ontology/rules/same-demand.rq", "", ANSWERS_AGREE),
    "a link": (LINKS, "skos:closeMatch", "skos:exactMatch"),
    "a query": ("queries/demands.rq", "SELECT", "SELECT DISTINCT"),
}


def change(layout: Layout, name: str) -> None:
    """Make one of the edits, at the first place where its text stands; without such a text the file is another."""
    file, old, new = EDITS[name]
    path = layout.root / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1) if old else new, encoding="utf-8")


def index_of(path: Path) -> dict[str, bytes]:
    """The files of an index, by suffix; their names are random, as are those in its list of them."""
    return {
        file.suffix: file.read_bytes() for file in (path / textindex.FOLDER).iterdir() if file.suffix not in {".json", ".txt"}
    }


@pytest.mark.parametrize("name", EDITS)
def test_a_build_after_an_edit_has_the_bytes_of_a_cold_one(project: Layout, name: str) -> None:
    """Dumps, tables, report, manifest and index; and the version that `kg release` finds without building, by looking at everything at once."""
    first = release.build(project, Path("build"))
    change(project, name)

    warm = release.build(project, Path("build"))
    cold = release.build(project, Path("elsewhere"), executor=InProcess())

    assert warm != first
    assert warm.name == cold.name == release.content_version(release.check(project), project)
    assert dumps_of(warm) == dumps_of(cold)
    assert index_of(warm) == index_of(cold)


def test_the_store_holds_what_the_dump_says(project: Layout) -> None:
    """Quad by quad."""
    made = release.build(project, Path("build"))

    dumped = ox.Store()  # which keeps the value of a number, not how it was written
    dumped.load(path=str(made / "dumps" / "policy-kg.nq"), format=ox.RdfFormat.N_QUADS)
    assert set(read_quads(current_release(Path("build")))) == set(dumped)


def test_a_damaged_cache_is_made_anew(project: Layout) -> None:
    """Cut short, every file of it; and one that is not ours."""
    first = dumps_of(release.build(project, Path("build")))
    for path in Path("build/cache").iterdir():
        path.write_bytes(path.read_bytes()[:-7])
    Path("build/cache/0.part").write_bytes(b"something else")
    shutil.rmtree("build/releases")
    Path("build/current").unlink()

    assert dumps_of(release.build(project, Path("build"))) == first


def test_a_build_leaves_no_trace_of_a_violation(project: Layout) -> None:
    """No build directory, and no cache beside it."""
    edit(project, HARBOUR, "action: suspend", "action: suspendd")
    before = snapshot(project.root)

    with pytest.raises(FindingsError):
        release.build(project, Path("build"))

    assert snapshot(project.root) == before


FULL = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
from kg.cli import main
sys.argv = ["kg", "build"]
main()
"""


@pytest.mark.parametrize("most", [4_000, 200_000])
def test_a_full_disk_is_told_and_the_old_release_serves(project: Layout, most: int) -> None:
    """A file that cannot grow: of the cache, or of the release."""
    first = release.build(project, Path("build"))
    edit(project, HARBOUR, "Harbours belong to nobody", "Harbours are owned by nobody")

    run = subprocess.run(
        [sys.executable, "-c", FULL, str(most)],
        cwd=project.root,
        env={"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 1, run.stderr
    assert "disk is full" in run.stderr
    assert "what served goes on" in run.stderr
    assert "Traceback" not in run.stderr
    assert Path("build/current").resolve() == first.resolve()
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


def die(_: object, job: int) -> int:
    """Work that ends its process."""
    if job == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return job


def test_a_process_that_is_killed_is_told() -> None:
    """No result is taken for one that is empty."""
    with pytest.raises(PolicyKgError, match=r"ended without a result.*--jobs"):
        list(Processes(2).run(die, None, range(5)))


_GONE_AT_ONCE = """
import sys
from pathlib import Path
from kg.scale.executor import Processes

def work(common, job):
    return job

if __name__ != "__main__":
    raise SystemExit("gone before it read what it was given")
list(Processes(2, Path(sys.argv[1])).apart(work, b"more than a pipe holds" * 100_000, [1, 2]))
"""


def test_a_new_process_that_ends_before_it_reads_is_told(tmp_path: Path) -> None:
    """Nobody waits for it; and what it was to read is removed."""
    (tmp_path / "leader.py").write_text(_GONE_AT_ONCE)
    run = subprocess.run(
        [sys.executable, "leader.py", str(tmp_path)], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )

    assert run.returncode == 1
    assert "gone before it read what it was given" in run.stderr
    assert "ended without a result" in run.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["leader.py"]


def where(common: str, job: int) -> tuple[str, int, int]:
    """Work that tells its process."""
    return common, job, os.getpid()


def test_large_work_is_done_by_a_process_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small piece is done here, where no process has to be started; and a large one where a copy would wait for the locks of threads."""
    monkeypatch.setattr(executor, "has_one_thread", lambda: True)
    assert alone(where, "c", 1, LARGE - 1) == ("c", 1, os.getpid())

    common, job, process = alone(where, "c", 1, LARGE)

    assert (common, job) == ("c", 1)
    assert process != os.getpid()
    monkeypatch.setattr(executor, "has_one_thread", lambda: False)
    assert alone(where, "c", 1, LARGE) == ("c", 1, os.getpid())


def test_a_process_of_its_own_that_is_killed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """As one of several is."""
    monkeypatch.setattr(executor, "has_one_thread", lambda: True)
    with pytest.raises(PolicyKgError, match="ended without a result"):
        alone(die, None, 2, LARGE)


def refuse(_: object, job: int) -> int:
    """Work that finds something wrong."""
    raise ReleaseError(f"job {job} is wrong")


def test_what_is_wrong_in_a_process_of_its_own_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """With its own words."""
    monkeypatch.setattr(executor, "has_one_thread", lambda: True)
    with pytest.raises(ReleaseError, match="job 3 is wrong"):
        alone(refuse, None, 3, LARGE)


def test_a_large_project_has_the_bytes_of_a_small_one(project: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether pieces of the work are done in processes of their own or here."""
    here = snapshot(release.build(project, tmp_path / "here") / "dumps")
    for module in (common, describing, executor, files, together):
        monkeypatch.setattr(module, "LARGE", 1)
    monkeypatch.setattr(together, "_IN_MEMORY", 1)

    assert snapshot(release.build(project, tmp_path / "there") / "dumps") == here


def test_a_store_is_not_made_of_half_a_release(tmp_path: Path) -> None:
    """The process that makes it ends with an error if the one that began it is gone before the description was there."""
    Cache(tmp_path / "cache").write("0" * 64, {"entities": b"<a:s> <a:p> <a:o> .\n"})
    order = databases.Order(tmp_path / "cache", {"entities": ("0" * 64, "entities")}, {}, tmp_path, tmp_path)
    said: list[str] = []

    assert databases.main("store", io.BytesIO(pickle.dumps(order)), said.append) == 1
    assert said == ["the process that makes the release ended\n"]


def test_processes_give_results_in_the_order_of_the_jobs() -> None:
    """Whoever is ready first."""
    assert list(Processes(2).run(lambda common, job: (common, job * job), "c", range(50))) == [("c", n * n) for n in range(50)]


# --- Pieces ---


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=6)), st.integers(1, 12))
def test_lines_come_in_pieces(found: list[str], size: int) -> None:
    """All of them, each whole."""
    data = lines.packed(found)

    assert [line for piece in lines.pieces(data, size) for line in piece] == found
    assert list(lines.each(data)) == found


TERMS = st.sampled_from(["a", "b-c", "b/c", "é"]).map(lambda name: ox.NamedNode(f"{ID}agent/{name}"))
PREDICATES = st.sampled_from([RDF_TYPE, "https://schema.org/name", "https://example.org/x/y"]).map(ox.NamedNode)
OBJECTS = st.one_of(
    TERMS,
    st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=5).map(ox.Literal),
    st.sampled_from(["en", "nl-be"]).map(lambda tag: ox.Literal('"a\\b\n', language=tag)),
    st.integers(0, 9).map(ox.Literal),
)
TRIPLES = st.builds(ox.Triple, TERMS, PREDICATES, OBJECTS)


@settings(deadline=None, max_examples=50)
@given(st.lists(TRIPLES, min_size=1, max_size=12), st.integers(0, 12))
def test_pieces_make_the_file_that_is_written_at_once(
    tmp_path_factory: pytest.TempPathFactory, triples: list[ox.Triple], at: int
) -> None:
    """In six formats, cut where a subject ends, plain and gzipped."""
    folder = tmp_path_factory.mktemp("pieces")
    found = lines.of_triples(triple for triple in triples if not _is_odd(triple))
    while 0 < at < len(found) and found[at].split(" ")[0] == found[at - 1].split(" ")[0]:
        at += 1
    graph = ox.NamedNode("https://w3id.org/policy-kg/graph/g")
    quads = [ox.Quad(t.subject, t.predicate, t.object, graph) for t in lines.triples(lines.packed(found))]
    if not quads:
        return

    for form in (*UNION, *GROUPED):
        with Dump(folder / f"x.{form}", form, plain=True) as dump:
            for part in (found[:at], found[at:]):
                dump.add(
                    Body.of((union(part, parsed(part)) if form in UNION else grouped(part, parsed(part), "g"))[form]),
                    "g" if form in GROUPED else None,
                )

        expected = dumps.serialise(quads, form)
        assert (folder / f"x.{form}").read_bytes() == expected
        assert gzip.decompress((folder / f"x.{form}.gz").read_bytes()) == expected


def _is_odd(triple: ox.Triple) -> bool:
    """A class that is a text, which RDF/XML cannot write as an element."""
    return triple.predicate.value == RDF_TYPE and not isinstance(triple.object, ox.NamedNode)


# --- Made-up projects ---


def synthetic(source: Layout, target: Path, statements: int, seed: int) -> Layout:
    """Write a made-up project."""
    corpus = read_corpus(source)
    write(measure(corpus, seed), corpus.context, source, statements, seed, target)
    return Layout(target)


def test_a_made_up_project_is_the_same_each_time(project: Layout, tmp_path: Path) -> None:
    """By its seed."""
    one, two, three = (synthetic(project, tmp_path / name, 40, seed).root for name, seed in (("1", 7), ("2", 7), ("3", 8)))

    assert snapshot(one) == snapshot(two) != snapshot(three)


def test_a_made_up_project_can_be_built(project: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has as many statements as were asked for, under slugs of its own, and no text of the real one."""
    made_up = synthetic(project, tmp_path / "made-up", 50, 1)
    monkeypatch.chdir(made_up.root)

    made = release.build(Layout(Path()), Path("build"))

    manifest = json.loads((made / "release.json").read_text(encoding="utf-8"))
    assert manifest["statements"] == 50
    assert all(document["id"].startswith(f"{MARK}-") for document in manifest["documents"])
    text = (made / "dumps" / "policy-kg.nt").read_text(encoding="utf-8")
    own = [line for line in text.splitlines() if "/id/statement/" in line.split(" ")[0] and "summary>" in line]
    assert len(own) == 100
    assert all('"Synthetic ' in line or '"Verzonnen ' in line for line in own)
    links = (made / "dumps" / "links.sssom.tsv").read_text(encoding="utf-8").splitlines()
    assert links[-1].split("\t")[2].startswith("https://example.org/")
    assert "Harbours belong" not in text
    assert "plough" not in text


def test_a_made_up_project_has_the_kinds_of_the_real_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the five documents, but for what chance does (three standard deviations of a count); and validates like them."""
    monkeypatch.chdir(ROOT)
    corpus = read_corpus(Layout(Path()))
    profile = measure(corpus, 1)
    write(profile, corpus.context, Layout(Path()), 1500, 1, tmp_path / "made-up")
    monkeypatch.chdir(tmp_path / "made-up")

    judged = steps.judge(Layout(Path()), Cache(tmp_path / "cache"), Processes(2))

    assert not [finding for finding in judged.findings if finding.severity == "violation"]
    kinds = {
        kind: sum(d.head["kinds"].get(kind, 0) for d in judged.documents.values()) for kind in ("Claim", "Demand", "Principle")
    }
    real = {"Claim": 540, "Demand": 595, "Principle": 153}
    assert all(abs(kinds[kind] - real[kind] * 1500 / 1523) < 3 * sqrt(real[kind]) for kind in kinds), kinds
    assert 0.2 < profile.growth < 0.9


def test_a_made_up_project_overwrites_nothing(project: Layout, tmp_path: Path) -> None:
    """A folder with something in it."""
    (tmp_path / "mine").write_text("x", encoding="utf-8")

    with pytest.raises(PolicyKgError, match="there is something in this folder already"):
        synthetic(project, tmp_path, 10, 1)


def test_a_project_can_be_made_and_moved(tmp_path: Path) -> None:
    """A release does not depend on where its project lies."""
    versions = set()
    for name in ("here", "there"):
        layout = make_project(tmp_path / name)
        os.chdir(layout.root)
        versions.add(release.build(Layout(Path()), Path("build")).name)
    os.chdir(ROOT)
    assert len(versions) == 1
