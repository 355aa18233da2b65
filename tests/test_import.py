"""``kg import``: a graph beside the release, from which the release differs in nothing else."""

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner

from kg import atomic, release
from kg.cli import main
from kg.credentials import from_environment
from kg.errors import FindingsError, ReleaseError, UsageError
from kg.imports import commands
from kg.imports.derived import Prepared, derive
from kg.mappings.layout import Layout
from kg.namespaces import ID, PREFIXES
from kg.reader import Reader
from kg.store import current_release, open_store, read_quads
from kg.target import Target
from tests.imports import EXPECTED, GRAPH, MAPPING, TABLE, write
from tests.project import ROOT, edit, make_project, snapshot
from tests.stores import Store

BUILD = Path("build")
SHORT = {
    "https://w3id.org/policy-kg/import/": "",
    "http://purl.org/linked-data/cube#": "qb:",
    "http://purl.org/linked-data/sdmx/2009/attribute#": "sdmx:",
    **{iri: f"{prefix}:" for prefix, iri in PREFIXES.items() if prefix not in ("id", "graph")},
}
KILLED = """
import os, signal, sys
from pathlib import Path
from kg import atomic
from kg.imports import commands

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

setattr(atomic, sys.argv[1], die)
commands.add(Path("catch.yaml"), Path("build"))
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The fictional project with a release."""
    target = tmp_path_factory.mktemp("built") / "project"
    release.build(make_project(target), target / "build")
    return target


@pytest.fixture
def project(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    """A copy of it, which is also the working directory, with a mapping and a table."""
    shutil.copytree(built, tmp_path / "project", symlinks=True)
    monkeypatch.chdir(tmp_path / "project")
    write(Path())
    return Layout(Path())


def shortened(term: object) -> str:
    """A term with prefixes."""
    text = str(term)
    for iri, prefix in sorted(SHORT.items(), key=lambda pair: -len(pair[0])):
        text = text.replace(f"<{iri}", f"<{prefix}")
    return text.replace("<", "").replace(">", "")


def graph_of(build: Path, graph: str = GRAPH) -> dict[str, dict[str, list[str]]]:
    """Values by property by subject of the import's graph."""
    found: dict[str, dict[str, list[str]]] = {}
    for quad in read_quads(current_release(build), graph):
        found.setdefault(shortened(quad.subject), {}).setdefault(shortened(quad.predicate), []).append(shortened(quad.object))
    return {s: {p: sorted(values) for p, values in cell.items()} for s, cell in found.items()}


def test_a_table_becomes_a_graph(project: Layout) -> None:
    """Exactly the triples that a person would write; the row without a measure is reported."""
    added = commands.add(Path("catch.yaml"), BUILD)

    assert graph_of(BUILD) == EXPECTED
    assert added.report == (
        f"catch: 2 observations, {added.manifest['triples']} triples in <{GRAPH}>\nleft out, 1 rows without a measure: lines 3\n"
    )
    assert added.manifest["triples"] == sum(len(values) for cell in EXPECTED.values() for values in cell.values())


def test_the_release_stays_as_it_is(project: Layout) -> None:
    """The published directory is not touched; beside it, all but the store and the manifest is the same."""
    base = current_release(BUILD)
    before = snapshot(base.path)

    added = commands.add(Path("catch.yaml"), BUILD)

    assert snapshot(base.path) == before
    assert added.release is not None
    after = snapshot(added.release)
    rest = {name for name in before if not name.startswith("store/") and name != "release.json"}
    assert {name: after[name] for name in rest} == {name: before[name] for name in rest}
    assert {name for name in after if not name.startswith("store/")} - set(before) == {
        f"imports/catch/{name}" for name in ("graph.nq", "import.json", "mapping.yaml", "report.txt", "shapes.ttl", "table.csv")
    }
    described = json.loads(after["release.json"])
    assert described.pop("base") == base.version
    assert described.pop("imports") == [added.manifest]
    assert described.pop("version") == added.release.name
    assert described == {key: value for key, value in base.description.items() if key != "version"}


def test_the_graph_is_in_the_union_and_not_in_exports_and_pages(project: Layout) -> None:
    """A query meets it; `kg export`, dumps and pages do not."""
    base = current_release(BUILD)
    commands.add(Path("catch.yaml"), BUILD)
    derived = current_release(BUILD)

    store = open_store(derived.store)
    query = "ASK { ?o <https://w3id.org/policy-kg/import/catch/state> ?state . ?state a pol:State }"
    assert bool(store.query(query, prefixes=PREFIXES, use_default_graph_as_union=True))
    assert set(read_quads(derived)) == set(read_quads(base))
    state = f"{ID}agent/elland"
    assert Reader(derived).pointing_at(state) == Reader(base).pointing_at(state)
    assert Reader(derived).about(GRAPH) == []
    everything = "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g"
    assert Reader(derived).select(everything) == Reader(base).select(everything)
    whole = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    assert Reader(derived).select(whole) == Reader(base).select(whole)


def test_removing_gives_the_published_release_back(project: Layout) -> None:
    """`current` points at the same directory as before; an unknown name lists those that there are."""
    base = current_release(BUILD).path
    commands.add(Path("catch.yaml"), BUILD)
    with pytest.raises(UsageError, match=r'has no import "cat"; there are: catch$'):
        commands.remove("cat", BUILD)

    assert commands.remove("catch", BUILD) == base
    assert current_release(BUILD).path == base
    with pytest.raises(UsageError, match="there is none"):
        commands.remove("catch", BUILD)


def test_an_import_replaces_one_of_its_name(project: Layout) -> None:
    """Another table under the same name."""
    commands.add(Path("catch.yaml"), BUILD)
    write(Path(), table=TABLE.replace("Elland;2030", "Elland;2029"))
    commands.add(Path("catch.yaml"), BUILD)

    assert [one["name"] for one in commands.listed(BUILD)] == ["catch"]
    subjects = set(graph_of(BUILD))
    assert "catch/observation/elland/2029" in subjects
    assert "catch/observation/elland/2030" not in subjects


def test_two_imports_stand_beside_each_other(project: Layout) -> None:
    """Each can be taken out; the same inputs in another order are the same release."""
    second = Path("second")
    second.mkdir()
    write(second, MAPPING.replace("import: catch", "import: landings"))
    commands.add(Path("catch.yaml"), BUILD)
    both = commands.add(second / "catch.yaml", BUILD).release

    assert [one["name"] for one in commands.listed(BUILD)] == ["catch", "landings"]
    assert len(graph_of(BUILD, GRAPH.replace("catch", "landings"))) == len(EXPECTED) == len(graph_of(BUILD))
    commands.remove("catch", BUILD)
    assert [one["name"] for one in commands.listed(BUILD)] == ["landings"]
    assert commands.add(Path("catch.yaml"), BUILD).release == both


@pytest.mark.parametrize(
    "namespace", ["https://example.org/catch/", "https://example.org/catch#", "https://example.org/catch/deeper/"]
)
def test_two_imports_cannot_share_a_namespace(project: Layout, namespace: str) -> None:
    """Nor can one lie in that of the other."""
    write(Path(), f"namespace: {namespace}\n{MAPPING}")
    commands.add(Path("catch.yaml"), BUILD)
    write(Path(), f"namespace: https://example.org/catch{namespace[25]}\n{MAPPING}".replace("import: catch", "import: other"))

    with pytest.raises(FindingsError) as error:
        commands.add(Path("catch.yaml"), BUILD)

    message = f'catch.yaml:1:1: the import "catch" has the namespace {namespace}; take another `namespace`'
    assert [str(finding) for finding in error.value.findings] == [message]


def test_a_build_takes_imports_along(project: Layout) -> None:
    """In one step: `current` goes from one release with the import to another."""
    commands.add(Path("catch.yaml"), BUILD)
    edit(project, "mappings/harbour-2031.yaml", "Harbours belong to nobody", "Harbours are owned by nobody")

    made = release.build(project, BUILD, carry=commands.carried(BUILD))

    assert (BUILD / "current").resolve() == made.resolve()
    assert "+catch-" in made.name
    assert graph_of(BUILD) == EXPECTED
    base = str(current_release(BUILD).description["base"])
    assert release.build(project, BUILD).name == base  # without carrying, the published release itself


def test_the_command_build_takes_imports_along(project: Layout) -> None:
    """It prints the release that serves."""
    commands.add(Path("catch.yaml"), BUILD)

    done = CliRunner().invoke(main, ["build"])

    assert (done.exit_code, "+catch-" in done.stdout) == (0, True)
    assert Path(done.stdout.strip()).resolve() == (BUILD / "current").resolve()


def test_a_build_that_an_import_does_not_fit_leaves_current(project: Layout) -> None:
    """The entity that the table names has another name now."""
    commands.add(Path("catch.yaml"), BUILD)
    before = (BUILD / "current").resolve()
    edit(project, "mappings/entities/agents.yaml", "label: {nl: Verland, en: Farland}", "label: {nl: Overland, en: Overland}")

    with pytest.raises(ReleaseError) as error:
        release.build(project, BUILD, carry=commands.carried(BUILD))

    text = str(error.value)
    assert "build/current was left as it is: the import catch does not fit release 0.1.0-" in text
    assert 'imports/catch/table.csv:4:1: state "Verland" is not the label of any agent in the graph' in text
    assert "kg import --remove catch" in text
    assert (BUILD / "current").resolve() == before


def test_an_import_whose_files_are_gone_can_be_taken_out(project: Layout) -> None:
    """Nothing else can be done with it: a build says so and leaves `current`."""
    added = commands.add(Path("catch.yaml"), BUILD)
    assert added.release is not None
    shutil.rmtree(added.release / "imports" / "catch")

    with pytest.raises(
        ReleaseError, match=r"imports/catch: the files of this import are gone; take it out with `kg import --rem"
    ):
        release.build(project, BUILD, carry=commands.carried(BUILD))
    assert current_release(BUILD).path == added.release
    assert "+" not in commands.remove("catch", BUILD).name


def test_a_build_mends_a_broken_release(project: Layout) -> None:
    """Where `current` is no release any more, there is nothing to carry over."""
    (current_release(BUILD).path / "release.json").unlink()
    edit(project, "mappings/harbour-2031.yaml", "Harbours belong to nobody", "Harbours are owned by nobody")

    assert release.build(project, BUILD, carry=commands.carried(BUILD)) == BUILD / "releases" / current_release(BUILD).version


def test_removing_without_a_release(project: Layout) -> None:
    """It says what is missing, and makes no directory."""
    with pytest.raises(ReleaseError, match="run `kg build`"):
        commands.remove("catch", Path("elsewhere"))

    assert not Path("elsewhere").exists()


@pytest.mark.parametrize("step", ["flush", "flush_directory", "point"])
def test_a_killed_import_leaves_the_old_release_serving(project: Layout, step: str) -> None:
    """SIGKILL before the directory is whole, before it is on the disk, before `current` moves: the next one completes."""
    before = (BUILD / "current").resolve()

    command = [sys.executable, "-c", KILLED, step]
    done = subprocess.run(command, env={"PYTHONPATH": str(ROOT)}, capture_output=True, check=False)

    assert done.returncode == -signal.SIGKILL
    assert (BUILD / "current").resolve() == before
    assert commands.listed(BUILD) == []
    commands.add(Path("catch.yaml"), BUILD)
    assert graph_of(BUILD) == EXPECTED
    assert not [path for path in (BUILD / "releases").iterdir() if path.name.startswith(".")]


def test_nothing_is_written_while_a_build_runs(project: Layout) -> None:
    """Adding and removing wait for nobody: they say so."""
    with atomic.exclusive(BUILD):
        with pytest.raises(ReleaseError, match="another build is running"):
            commands.add(Path("catch.yaml"), BUILD)
        with pytest.raises(ReleaseError, match="another build is running"):
            commands.remove("catch", BUILD)


def test_without_a_release_there_is_nothing_to_add_to(project: Layout) -> None:
    """The message says what to run, and no directory is made."""
    with pytest.raises(ReleaseError, match="run `kg build`"):
        commands.add(Path("catch.yaml"), Path("elsewhere"))

    assert not Path("elsewhere").exists()


def test_check_writes_nothing(project: Layout) -> None:
    """`--check` says what would be taken and left out."""
    before = snapshot(BUILD)

    done = CliRunner().invoke(main, ["import", "catch.yaml", "--check"])

    assert (done.exit_code, done.stdout) == (0, "")
    assert "2 observations" in done.stderr
    assert snapshot(BUILD) == before


def test_a_finding_is_printed_and_nothing_written(project: Layout) -> None:
    """Exit status 1, all findings, no release."""
    write(Path(), table=TABLE.replace("Elland", "Eland").replace("3;", "drie;"))
    before = snapshot(BUILD)

    done = CliRunner().invoke(main, ["import", "catch.yaml"])

    assert done.exit_code == 1
    assert done.stdout.splitlines() == [
        (
            'catch.csv:2:1: state "Eland" is not the label of any agent in the graph; did you mean "elland" or "verland"? '
            "To leave such rows out, say `unmatched: skip`"
        ),
        'catch.csv:4:14: tonnes "drie" is not a decimal number with a point, as in 0.7',
    ]
    assert done.stderr == "Nothing was written.\n"
    assert snapshot(BUILD) == before


def test_the_command_adds_lists_and_removes(project: Layout) -> None:
    """The directory of the release goes to standard output, the report to standard error."""
    run = CliRunner().invoke
    added = run(main, ["import", "catch.yaml"])
    listed = run(main, ["import", "--list"])
    removed = run(main, ["import", "--remove", "catch"])

    assert added.stdout.startswith("build/releases/0.1.0-")
    assert listed.stdout == f"catch  2 observations  1 rows left out  {GRAPH}\n"
    assert removed.stdout.strip() == added.stdout.strip().partition("+")[0]
    assert run(main, ["import", "--list"]).stdout == ""


@pytest.mark.parametrize(
    "arguments", [[], ["--check"], ["catch.yaml", "--list"], ["--list", "--check"], ["--list", "--remove", "x"]]
)
def test_one_thing_at_a_time(project: Layout, arguments: list[str]) -> None:
    """What cannot be meant is refused with exit status 2."""
    done = CliRunner().invoke(main, ["import", *arguments])

    assert done.exit_code == 2
    assert "give the file of a mapping (with --check to write nothing), or --list, or --remove NAME" in done.stderr


def test_a_published_query_that_would_change_stops_it(project: Layout) -> None:
    """Whatever got through the checks of the mapping: the published queries are run, and must have the same rows."""
    base = current_release(BUILD)
    pol, statement = PREFIXES["pol"], f"{ID}statement/harbour-2031/s999"
    triples = (
        f"<{PREFIXES['rdf']}type> <{pol}Demand>",
        f"<{pol}action> <{ID}action/ratify>",
        f"<{pol}object> <{ID}instrument/fair-harbours-treaty>",
    )
    files = {"graph.nq": "".join(f"<{statement}> {triple} <{GRAPH}> .\n" for triple in triples).encode()}
    one = Prepared({"name": "bad", "graph": GRAPH, "namespace": f"{GRAPH}/", "digest": "0"}, files)

    with pytest.raises(ReleaseError, match="the published query demands would have other rows with this import"):
        derive(base, [one])

    assert [path.name for path in (BUILD / "releases").iterdir() if not path.name.startswith(".")] == [base.version]


def test_parquet_gives_the_same_graph(project: Layout) -> None:
    """The same cells with types of their own; no number is NaN."""
    import pyarrow as pa
    from pyarrow import parquet

    commands.add(Path("catch.yaml"), BUILD)
    expected = read_quads(current_release(BUILD), GRAPH)
    columns = {
        "state": ["Elland", "Farland", "Verland"],
        "year": pa.array([2030, 2031, 2032], pa.int16()),
        "tonnes": pa.array([1200.5, float("nan"), 3.0]),
        "remark": [None, "wel; maar later", 'zegt "ja"'],
    }
    parquet.write_table(pa.table(columns), "catch.parquet")
    mapping = MAPPING.replace("catch.csv", "catch.parquet").replace('  delimiter: ";"\n  decimal: ","\n  thousands: "."\n', "")
    Path("catch.yaml").write_text(mapping, encoding="utf-8")

    added = commands.add(Path("catch.yaml"), BUILD)

    assert set(read_quads(current_release(BUILD), GRAPH)) == set(expected)
    assert "lines 2" in added.report  # the number of the row


def test_the_graph_file_is_what_the_store_has(project: Layout) -> None:
    """`imports/<name>/graph.nq` of the release."""
    added = commands.add(Path("catch.yaml"), BUILD)
    assert added.release is not None

    file = (added.release / "imports/catch/graph.nq").read_bytes()
    store = ox.Store()
    store.load(file, ox.RdfFormat.N_QUADS)
    assert set(store) == set(read_quads(current_release(BUILD), GRAPH))
    assert b'"1200.50"' in file  # as in the table, to the last digit


def test_another_store_gets_the_published_graph_only(project: Layout, store: Store) -> None:
    """`kg publish` writes the release without its imports, and knows it again."""
    commands.add(Path("catch.yaml"), BUILD)
    base = current_release(BUILD).description["base"]
    arguments = ["publish", "--to", store.to("gsp"), "--timeout", "60"]

    first = CliRunner().invoke(main, arguments, env=store.environment)
    second = CliRunner().invoke(main, arguments, env=store.environment)

    assert (first.exit_code, second.exit_code) == (0, 0), first.output + second.output
    assert f"release {base} is there already" in second.output
    with Target(store.to("gsp"), store.queries, "gsp", from_environment("KG_PUBLISH", store.environment), 60) as target:
        assert target.ask(f"SELECT * {{ GRAPH <{GRAPH}> {{ ?s ?p ?o }} }}") == []
