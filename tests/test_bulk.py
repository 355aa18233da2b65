"""A release as shards for bulk loaders: what is cut where, and stores that are loaded by their own loaders."""

import configparser
import csv
import gzip
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import urllib.parse
import urllib.request
from collections import Counter
from itertools import groupby
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.bulk import loaders, shards
from kg.bulk.shards import cut
from kg.bulk.write import write
from kg.cli import main
from kg.errors import ReleaseError
from kg.namespaces import GRAPH
from kg.store import Release
from tests.project import ROOT
from tests.stores import virtuoso

NEPTUNE = loaders.Neptune("s3://bucket/folder/", "arn:aws:iam::123456789012:role/load", "eu-central-1")
BIN = Path(sys.executable).parent


def kg(*arguments: str) -> tuple[int, str]:
    """Exit status of a command, and what it says."""
    result = CliRunner().invoke(main, list(arguments))
    return result.exit_code, result.output


def dump(release: Release) -> bytes:
    """N-Quads of a release."""
    return (release.path / "dumps" / "policy-kg.nq").read_bytes()


def unpacked(folder: Path) -> list[bytes]:
    """Content of the shards, in their order."""
    return [gzip.decompress(path.read_bytes()) for path in sorted(folder.glob("policy-kg-*.nq.gz"))]


# --- Cutting ---


@settings(deadline=None, max_examples=200)
@given(
    graphs=st.dictionaries(st.sampled_from("abcde"), st.lists(st.integers(1, 6), min_size=1, max_size=6), min_size=1),
    most=st.integers(1, 12),
)
def test_shards_are_the_lines_cut_where_a_graph_or_a_subject_ends(
    tmp_path_factory: pytest.TempPathFactory, graphs: dict[str, list[int]], most: int
) -> None:
    """Together all lines in their order; none too large; a graph or subject that fits into a shard is in one."""
    lines = [
        f'<urn:s{number}> <urn:p> "x <urn:no> . {value}" <urn:{graph}> .\n'.encode()
        for graph, subjects in sorted(graphs.items())
        for number, values in enumerate(subjects)
        for value in range(values)
    ]
    counts = {f"urn:{graph}": sum(subjects) for graph, subjects in graphs.items()}
    folder = tmp_path_factory.mktemp("shards")

    made = list(cut(lines, counts, most, folder))

    found = unpacked(folder)
    assert b"".join(found) == b"".join(lines)
    assert [shard.quads for shard in made] == [data.count(b"\n") for data in found]
    assert all(0 < shard.quads <= most for shard in made)
    assert [shard.name for shard in made] == [f"policy-kg-{number:05}.nq.gz" for number in range(1, len(made) + 1)]
    assert sum((Counter(shard.graphs) for shard in made), Counter()) == counts
    for graph, count in counts.items():
        assert count > most or sum(graph in shard.graphs for shard in made) == 1
    for of_subject in (list(same) for _, same in groupby(lines, lambda line: (line.split(b" ")[0], line.split(b" ")[-2]))):
        assert (
            len(of_subject) > most
            or sum(of_subject[0] in data for data in found) == sum(b"".join(of_subject) in data for data in found) == 1
        )


def test_a_subject_with_very_many_lines_is_not_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is cut, as memory is bounded."""
    monkeypatch.setattr(shards, "_HELD", 3)
    lines = [f"<urn:s> <urn:p> <urn:{n}> <urn:g> .\n".encode() for n in range(8)]

    assert [shard.quads for shard in cut(lines, {"urn:g": 8}, 5, tmp_path)] == [3, 5]


@pytest.mark.parametrize("line", [b"_:b <urn:p> <urn:o> <urn:g> .\n", b"<urn:s> <urn:p> _:b <urn:g> .\n"])
def test_blank_nodes_are_not_cut(tmp_path: Path, line: bytes) -> None:
    """Each file would have its own; one file may have them, and a text that looks like one is none."""
    others = [f'<urn:z> <urn:p> "_:b {n}" <urn:g> .\n'.encode() for n in range(3)]

    assert [shard.quads for shard in cut([line, *others], {"urn:g": 4}, 4, tmp_path)] == [4]
    assert [shard.quads for shard in cut(others, {"urn:g": 3}, 2, tmp_path)] == [2, 1]
    with pytest.raises(ReleaseError, match=r"_:b.*give --quads 4 or more"):
        list(cut([line, *others], {"urn:g": 4}, 3, tmp_path))


def test_the_five_documents_as_shards(own_data: Release, tmp_path: Path) -> None:
    """Manifest and checksums agree with the files, and these with the release; twice the same bytes."""
    status, said = kg("shards", str(tmp_path / "new" / "shards"), "--release", str(own_data.path), "--quads", "20000")
    write(own_data, tmp_path / "again", 20_000)

    assert status == 0, said
    folder = tmp_path / "new" / "shards"
    quads = own_data.description["quads"]
    assert f"release {own_data.version}, {quads:,} quads in 6 file(s)" in said
    assert b"".join(unpacked(folder)) == dump(own_data)
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == {p.name: p.read_bytes() for p in (tmp_path / "again").iterdir()}
    manifest = json.loads((folder / "shards.json").read_text())
    assert (manifest["version"], manifest["quads"], manifest["most"]) == (own_data.version, quads, 20_000)
    assert manifest["graphs"] == own_data.description["graphs"]
    for entry in manifest["shards"]:
        data = (folder / entry["path"]).read_bytes()
        assert (entry["bytes"], entry["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
        assert entry["quads"] == sum(entry["graphs"].values()) <= 20_000
    assert {f"{GRAPH}inferred", f"{GRAPH}groen-2024"} == {
        graph for graph in manifest["graphs"] if sum(graph in entry["graphs"] for entry in manifest["shards"]) > 1
    }
    check = subprocess.run(["sha256sum", "--check", "--quiet", "checksums.txt"], cwd=folder, check=False)
    assert check.returncode == 0
    listed = {line.split("  ")[1] for line in (folder / "checksums.txt").read_text().splitlines()}
    assert listed == {path.name for path in folder.iterdir()} - {"checksums.txt"}
    assert folder.stat().st_mode & 0o777 == 0o755


# --- What goes wrong ---


@pytest.fixture
def copied(harbours: Release, tmp_path: Path) -> Release:
    """A release that may be damaged."""
    shutil.copytree(harbours.path, tmp_path / "release")
    return Release(tmp_path / "release", harbours.version, dict(harbours.description))


def test_a_directory_with_something_in_it_is_left_alone(harbours: Release, tmp_path: Path) -> None:
    """Else a loader would take files of another release."""
    (tmp_path / "policy-kg-00009.nq.gz").touch()

    status, said = kg("shards", str(tmp_path), "--release", str(harbours.path))

    assert status == 2
    assert f"{tmp_path}: is not empty; name a directory that is not there" in " ".join(said.split())
    assert [path.name for path in tmp_path.iterdir()] == ["policy-kg-00009.nq.gz"]


def test_a_release_without_a_dump(copied: Release, tmp_path: Path) -> None:
    """What is missing is named."""
    (copied.path / "dumps" / "policy-kg.nq.gz").unlink()

    with pytest.raises(ReleaseError, match=r"policy-kg\.nq\.gz: no such file.*run `kg build`"):
        write(copied, tmp_path / "shards")
    assert [path.name for path in tmp_path.iterdir()] == ["release"]


@pytest.mark.parametrize("damage", ["cut", "flipped", "other"])
def test_a_dump_that_is_damaged(copied: Release, tmp_path: Path, damage: str) -> None:
    """Nothing is left of what was written."""
    path = copied.path / "dumps" / "policy-kg.nq.gz"
    data = path.read_bytes()
    path.write_bytes({"cut": data[:-100], "flipped": data[:-8] + b"\0\0\0\0" + data[-4:], "other": b"x" * 100}[damage])

    with pytest.raises(ReleaseError, match=r"policy-kg\.nq\.gz: damaged \(.*\); run `kg build`"):
        write(copied, tmp_path / "shards", 100)
    assert [found.name for found in tmp_path.iterdir()] == ["release"]


def test_a_dump_that_is_not_what_the_release_says(copied: Release, tmp_path: Path) -> None:
    """Another number of quads, a graph that is not there, one that is there and not listed."""
    graphs = copied.description["graphs"]
    links = f"{GRAPH}links"
    others = {graph: number for graph, number in graphs.items() if graph != links}
    for listed, message in (
        ({**graphs, links: graphs[links] + 1}, rf"{links}: {graphs[links]} quads are there, and {graphs[links] + 1} are listed"),
        ({**graphs, "urn:g": 1}, "urn:g: 0 quads are there, and 1 are listed in release.json"),
        (others, f"{links}: quads of it are there, and none are listed"),
    ):
        copied.description["graphs"] = listed
        with pytest.raises(ReleaseError, match=message):
            write(copied, tmp_path / "shards")
    assert [found.name for found in tmp_path.iterdir()] == ["release"]


def test_an_interruption_leaves_nothing(harbours: Release, tmp_path: Path) -> None:
    """Ctrl-C after the first shard."""

    def interrupt(_: shards.Shard) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(harbours, tmp_path / "shards", 100, on_shard=interrupt)
    assert list(tmp_path.iterdir()) == []


FULL = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, resource.RLIM_INFINITY))
from kg.cli import main
main()
"""


def test_a_full_disk_is_told(harbours: Release, tmp_path: Path) -> None:
    """A file that cannot grow."""
    run = subprocess.run(
        [sys.executable, "-c", FULL, "shards", "shards", "--release", str(harbours.path)],
        cwd=tmp_path,
        env={
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PATH": os.environ["PATH"],
        },  # which would be cut short, too
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 1
    assert "shards: the disk is full; nothing is left there. Make room, or name another directory" in run.stderr
    assert "Traceback" not in run.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ([], "also give --s3, as in s3://bucket/folder"),
        (["--s3", "s3://b/f"], "also give --iam-role, as in arn:aws:iam::123456789012:role/name"),
        (["--s3", "s3://b/f; rm"], "--s3 s3://b/f; rm: cannot be right; write it as s3://bucket/folder"),
        (["--s3", "s3://b/f", "--iam-role", NEPTUNE.role, "--region", "europe"], "--region europe: cannot be right"),
    ],
)
def test_what_neptune_needs(harbours: Release, tmp_path: Path, given: list[str], says: str) -> None:
    """Each option is asked for, and goes into a script only if it can be right."""
    status, said = kg("shards", str(tmp_path / "shards"), "--release", str(harbours.path), "--for", "neptune", *given)

    assert status == 2
    assert says in " ".join(said.split())
    assert list(tmp_path.iterdir()) == []


# --- Loaders that were run ---


@pytest.fixture(scope="module")
def ready(own_data: Release, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The five documents as shards, with what every loader needs."""
    folder = tmp_path_factory.mktemp("ready") / "shards"
    options = ["--s3", NEPTUNE.source, "--iam-role", NEPTUNE.role, "--region", NEPTUNE.region]
    stores = [word for store in loaders.STORES for word in ("--for", store)]
    status, said = kg("shards", str(folder), "--release", str(own_data.path), "--quads", "20000", *stores, *options)
    assert status == 0, said
    return folder


def script(path: Path, *arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a script."""
    env = {"PATH": f"{BIN}:{os.environ['PATH']}", **environment}
    return subprocess.run([str(path), *arguments], cwd=cwd, env=env, capture_output=True, text=True, check=False, timeout=120)


def expected(folder: Path, release: Release) -> list[list[str]]:
    """Rows of the counts, which are those of the release."""
    rows = list(csv.reader(io.StringIO((folder / "counts.csv").read_text())))
    assert rows[0] == ["graph", "quads"]
    assert {graph: int(number) for graph, number in rows[1:]} == own_counts(release)
    return rows[1:]


def own_counts(release: Release) -> dict[str, int]:
    """Quads by graph, counted in the release's own store."""
    store = ox.Store.read_only(str(release.store))
    return dict(sorted(Counter(quad.graph_name.value for quad in store).items()))


def test_oxigraph_loads_them(ready: Path, own_data: Release, tmp_path: Path) -> None:
    """By its own loader; as many quads in each graph as the release has; and never into a database that is there."""
    first = script(ready / "load-oxigraph.sh", "database", cwd=tmp_path)
    again = script(ready / "load-oxigraph.sh", "database", cwd=tmp_path)

    assert first.returncode == 0, first.stderr
    assert again.returncode == 1
    assert "database: is there already; name a directory that is not" in again.stderr
    query = ["query", "--location", "database", "--query-file", str(ready / "counts.rq"), "--results-format", "csv"]
    counted = script(BIN / "oxigraph", *query, cwd=tmp_path)
    assert counted.stdout.split() == (ready / "counts.csv").read_text().split()
    assert list(csv.reader(io.StringIO(counted.stdout)))[1:] == expected(ready, own_data)


def test_virtuoso_loads_them(ready: Path, own_data: Release, tmp_path: Path) -> None:
    """By its bulk loader, in two sessions; as many quads in each graph as the release has. A file that cannot be read is told."""
    with virtuoso(tmp_path) as running:
        here = tmp_path / "shards"
        shutil.copytree(ready, here)
        account = {"VIRTUOSO_PASSWORD": running.environment["KG_PUBLISH_PASSWORD"], "ISQL": shutil.which("isql-vt") or "isql"}
        loaded = script(here / "load-virtuoso.sh", running.sql, "dba", "2", cwd=tmp_path, **account)

        assert loaded.returncode == 0, loaded.stdout + loaded.stderr
        query = urllib.parse.urlencode({"query": (here / "counts.rq").read_text(), "format": "text/csv"})
        with urllib.request.urlopen(f"{running.queries}?{query}", timeout=60) as response:
            rows = list(csv.reader(io.StringIO(response.read().decode())))[1:]
        assert [row for row in rows if row[0].startswith(GRAPH)] == expected(ready, own_data)

        bad = gzip.compress(b'<urn:s> <urn:p> "no end <urn:g> .\n', mtime=0)
        (here / "policy-kg-00007.nq.gz").write_bytes(bad)
        failed = script(here / "load-virtuoso.sh", running.sql, cwd=tmp_path, **account)

    assert failed.returncode == 1
    assert "policy-kg-00007.nq.gz" in failed.stderr
    assert "these files were not loaded; see to it" in failed.stderr
    assert failed.stderr.count("policy-kg-0000") == 1


def test_scripts_load_nothing_that_is_damaged(ready: Path, tmp_path: Path) -> None:
    """Checksums are compared first."""
    shutil.copytree(ready, tmp_path / "shards")
    with (tmp_path / "shards" / "policy-kg-00003.nq.gz").open("ab") as file:
        file.write(b"\0")

    for path in sorted((tmp_path / "shards").glob("load-*.sh")):
        run = script(path, "nowhere", cwd=tmp_path, VIRTUOSO_PASSWORD="x")
        assert run.returncode == 1, path.name
        assert "policy-kg-00003.nq.gz: FAILED" in run.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["shards"]


# --- Loaders that are not here: what is called, and with what ---


@pytest.fixture
def called(tmp_path: Path) -> Path:
    """A folder of programs that write down how they are called."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("importrdf", "tdb2.tdbloader", "tdb2.xloader", "aws", "curl"):
        (folder / name).write_text(f'#!/bin/sh\nprintf "%s\\n" {name} "$@" >> "$CALLS"\n')
        (folder / name).chmod(0o755)
    return folder


def calls(path: Path, called: Path, *arguments: str, **environment: str) -> list[str]:
    """Words of all calls of a script, with the shards' folder as ``HERE``."""
    log = called.parent / "calls"
    env = {"CALLS": str(log), "PATH": f"{called}:/usr/bin:/bin", **environment}
    run = subprocess.run([str(path), *arguments], cwd=called.parent, env=env, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return [word.replace(str(path.parent), "HERE") for word in log.read_text().splitlines()]


FILES = [f"HERE/policy-kg-0000{number}.nq.gz" for number in range(1, 7)]


def test_what_graphdb_is_given(ready: Path, called: Path) -> None:
    """A repository with graphs and without inference, and all shards."""
    config = ox.parse(path=str(ready / "graphdb-repository.ttl"), format=ox.RdfFormat.TURTLE)
    said = {str(quad.predicate).rpartition("#")[2][:-1]: getattr(quad.object, "value", "") for quad in config}
    here = "HERE/graphdb-repository.ttl"

    assert calls(ready / "load-graphdb.sh", called) == ["importrdf", "preload", "-c", here, *FILES]
    assert said["repositoryID"] == "policy-kg"
    assert said["repositoryType"] == "graphdb:SailRepository"
    assert (said["ruleset"], said["enable-context-index"], said["entity-id-size"]) == ("empty", "true", "32")
    assert calls(ready / "load-graphdb.sh", called, GRAPHDB_HOME="/srv/g")[-10:-7] == ["-Dgraphdb.home=/srv/g", "preload", "-c"]


def test_what_fuseki_is_given(ready: Path, called: Path) -> None:
    """A TDB2 database that is new, which the server's configuration names."""
    config = list(ox.parse(path=str(ready / "fuseki.ttl"), format=ox.RdfFormat.TURTLE, base_iri="urn:x"))
    location = [quad.object.value for quad in config if quad.predicate.value == "http://jena.apache.org/2016/tdb#location"]
    loader = ["tdb2.tdbloader", "--loader=parallel", "--loc", "policy-kg-tdb2"]

    assert calls(ready / "load-fuseki.sh", called) == [*loader, *FILES]
    assert location == ["policy-kg-tdb2"]
    (called.parent / "policy-kg-tdb2").mkdir()
    again = script(ready / "load-fuseki.sh", cwd=called.parent)
    assert again.returncode == 1
    assert "policy-kg-tdb2: is there already; remove it, or work in another directory" in again.stderr


def test_very_large_data_have_another_loader() -> None:
    """From a hundred million quads."""
    large = loaders.files("fuseki", loaders.Order(loaders.LARGE))["load-fuseki.sh"].decode()
    huge = loaders.files("graphdb", loaders.Order(15_000_000_000))["graphdb-repository.ttl"].decode()

    assert '\ntdb2.xloader --loc policy-kg-tdb2 "$here"/policy-kg-*.nq.gz\n' in large
    assert 'graphdb:entity-id-size "40"' in huge


def test_what_neptune_is_given(ready: Path, called: Path) -> None:
    """The shards alone are copied, and are what the request names."""
    copy = ["aws", "s3", "cp", "HERE", "s3://bucket/folder/", "--recursive", "--exclude", "*", "--include", "policy-kg-*.nq.gz"]
    post = ["curl", "--fail-with-body", "-X", "POST", "-H", "Content-Type: application/json", "https://c.example:8182/loader"]

    assert calls(ready / "load-neptune.sh", called, "c.example:8182") == [*copy, *post, "-d", "@HERE/neptune.json"]
    assert json.loads((ready / "neptune.json").read_text()) == {
        "source": "s3://bucket/folder/policy-kg-",
        "format": "nquads",
        "iamRoleArn": "arn:aws:iam::123456789012:role/load",
        "region": "eu-central-1",
        "mode": "AUTO",
        "failOnError": "TRUE",
        "parallelism": "HIGH",
        "queueRequest": "TRUE",
    }


def test_what_qlever_is_given(ready: Path) -> None:
    """Each shard as a stream of N-Quads, parsed in parallel."""
    config = configparser.ConfigParser(interpolation=None)
    config.read(ready / "Qleverfile")

    assert config["data"]["NAME"] == "policy-kg"
    assert config["data"]["FORMAT"] == "nq"
    stream = json.loads(config["index"]["MULTI_INPUT_JSON"])
    assert stream == {"cmd": "zcat {}", "format": "nq", "for-each": "policy-kg-*.nq.gz", "parallel": "true"}
    assert json.loads(config["index"]["SETTINGS_JSON"]) == {"num-triples-per-batch": 1_000_000}
    assert [path.name for path in sorted(ready.glob(config["index"]["INPUT_FILES"]))] == [name[5:] for name in FILES]


def test_each_file_for_a_loader_names_the_page_that_it_follows(ready: Path) -> None:
    """And scripts can be run."""
    named = [path for path in ready.iterdir() if path.suffix in (".sh", ".ttl", ".sql") or path.name == "Qleverfile"]

    assert len(named) == 10
    for path in named:
        assert "https://" in path.read_text() or "--help" in path.read_text(), path.name
        assert (path.suffix == ".sh") == bool(path.stat().st_mode & 0o111)


def test_the_command_offers_every_store() -> None:
    """As they are named where the files are made, which the command imports only when it runs."""
    from kg.cli.publishing import _STORES

    assert tuple(loaders.STORES) == _STORES
