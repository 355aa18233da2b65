"""The work on documents by Dask: real schedulers and workers in processes of their own, and what goes wrong with them."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from kg import release
from kg.cli import main
from kg.errors import ClusterError, UsageError
from kg.mappings.layout import Layout
from kg.scale import cluster, flight, travel
from kg.scale.cache import Cache
from kg.scale.executor import InProcess
from kg.store import Release
from tests.clusters import Machines, machines
from tests.defects import HARBOUR
from tests.project import ROOT, edit, make_project
from tests.stores import free_port
from tests.test_release import dumps_of

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")  # Dask leaves sockets to the collector


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machines]:
    """A scheduler with two workers, which share no folder with this process."""
    with machines(tmp_path_factory.mktemp("two")) as running:
        running.worker()
        running.worker()
        running.wait(2)
        yield running


@pytest.fixture
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machines]:
    """A scheduler for one test."""
    with machines(tmp_path_factory.mktemp("alone"), DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="1") as running:
        yield running


def change(project: Layout) -> None:
    """Edit a document."""
    edit(project, HARBOUR, "Harbours belong to nobody", "Harbours are owned by nobody")


@dataclass(frozen=True)
class Prepared:
    """A build directory without cache, and the release that a build after the change makes."""

    build: Path
    changed: dict[str, bytes]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """Made by builds here."""
    root = tmp_path_factory.mktemp("prepared")
    project = make_project(root / "project")
    with contextlib.chdir(project.root):
        release.build(Layout(Path()), root / "build", executor=InProcess())
        shutil.rmtree(root / "build" / "cache")
        change(project)
        return Prepared(root / "build", dumps_of(release.build(Layout(Path()), root / "changed", executor=InProcess())))


@pytest.fixture
def released(project: Layout, prepared: Prepared) -> Prepared:
    """A project with a release, in which a document has changed since; both documents are to be done anew."""
    shutil.copytree(prepared.build, "build", symlinks=True)
    change(project)
    return prepared


class Beside:
    """Runs the steps that write into folders of this machine, and no other."""

    def run(self, work: Callable[..., Any], common: Any, jobs: Iterable[Any]) -> Iterator[Any]:
        """See :class:`~kg.scale.executor.Executor`."""
        assert travel.step_of(work) is None
        return InProcess().run(work, common, jobs)


def kg(*arguments: str) -> tuple[int, str]:
    """Exit status of a command, and what it says."""
    result = CliRunner().invoke(main, list(arguments))
    return result.exit_code, result.output


def begin(machine: Machines, *, wait_s: float = 20, environment: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
    """`kg build` in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "kg", "build", "--scheduler", machine.address, "--scheduler-wait", str(wait_s)],
        env={"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=_heed_interrupts,  # noqa: PLW1509 - no thread of ours holds a lock then
    )


def _heed_interrupts() -> None:
    """A shell lets what it runs in the background ignore Ctrl-C, and so the tests, and what they begin."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def held(machine: Machines, workers: int = 1) -> Path:
    """Begin workers that wait before they do a document.

    :returns: a file that holds them as long as it is there
    """
    hold = machine.folder / "hold"
    hold.touch()
    for _ in range(workers):
        machine.clumsy()
    machine.wait(workers)
    return hold


def end(build: subprocess.Popen[str]) -> str:
    """What a build that fails says."""
    _, said = build.communicate(timeout=60)
    assert build.returncode == 1, said
    return said


def assert_harmless(said: str, released: Prepared) -> None:
    """Nothing was released, the old release serves, no traceback; and the next build has the bytes of a cold one."""
    first = (released.build / "current").resolve().name
    assert "Traceback" not in said
    assert Path("build/current").resolve().name == first
    assert [path.name for path in Path("build/releases").iterdir()] == [first]
    assert dumps_of(release.build(Layout(Path()), Path("build"), executor=InProcess())) == released.changed


# --- The same bytes ---


def test_five_documents_have_the_bytes_of_a_build_here(
    two: Machines, own_data: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cold, and every document is mapped, judged and written elsewhere."""
    kept: set[tuple[str, str]] = set()
    keep = flight.Flight._keep

    def counted(self: flight.Flight, sent: Any, name: str, data: bytes) -> None:
        kept.add((type(sent.job).__module__, sent.label))
        keep(self, sent, name, data)

    monkeypatch.setattr(flight.Flight, "_keep", counted)

    made = release.build(Layout(ROOT), tmp_path, executor=cluster.Cluster(two.address, Beside()))

    assert dumps_of(made) == dumps_of(own_data.path)
    assert (made / "dumps/policy-kg.nq").stat().st_size > 1_000_000
    slugs = {document["id"] for document in own_data.description["documents"]}
    assert len(slugs) == 5
    assert kept == {(f"kg.scale.{step}", slug) for step in ("mapping", "judging", "writing") for slug in slugs}
    assert two.tasks() == []


def wrong_text(project: Layout) -> None:
    """A finding that names the text by the path that was given."""
    (project.root / "texts/harbour-2031.txt").write_text("Another text.", encoding="utf-8")


def wrong_action(project: Layout) -> None:
    """A finding with its place."""
    edit(project, HARBOUR, "action: suspend", "action: suspendd")


def misplaced_key(project: Layout) -> None:
    """A finding that rests on the shapes, whose files no worker has."""
    edit(project, HARBOUR, "action: suspend", "action: suspend\n  homepage: https://example.org/")


def unreadable_lock(project: Layout) -> None:
    """A file that is there and cannot be read."""
    project.lock("harbour-2031").unlink()
    project.lock("harbour-2031").mkdir()


def no_ledger(project: Layout) -> None:
    """A file that need not be there, but for what it skips."""
    project.ledger("harbour-2031").unlink()


@pytest.mark.parametrize("defect", [wrong_text, wrong_action, misplaced_key, unreadable_lock, no_ledger])
def test_findings_are_those_of_a_check_here(two: Machines, project: Layout, defect: Callable[[Layout], None]) -> None:
    """Word for word."""
    defect(project)

    there = kg("check", "--sources", "texts", "--format", "json", "--scheduler", two.address)

    assert there == kg("check", "--sources", "texts", "--format", "json", "--jobs", "1")
    assert there[0] == (0 if defect is no_ledger else 1)
    codes = [finding["code"] for finding in json.loads(there[1])]
    assert (codes == ["unaccounted"]) == (defect is no_ledger)


def test_the_engine_of_the_shapes_reaches_the_workers(alone: Machines, released: Prepared) -> None:
    """And what it was there stays."""
    alone.clumsy()
    alone.wait(1)

    build = begin(alone, environment={"KG_SHACL": "shacl"})
    out, said = build.communicate(timeout=60)

    assert build.returncode == 0, said
    assert alone.begun("harbour-2031")[1] == "shacl"
    assert dumps_of(Path(out.strip())) == released.changed
    before = os.environ.get("KG_SHACL")
    with travel._engine("shacl"):
        assert os.environ["KG_SHACL"] == "shacl"
    assert os.environ.get("KG_SHACL") == before


def certificates(folder: Path) -> dict[str, str]:
    """Variables of Dask with a certificate that signs itself, for scheduler, workers and client."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    cert, key = str(folder / "cert.pem"), str(folder / "key.pem")
    made = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "1",
        "-subj",
        "/CN=localhost",
        "-keyout",
        key,
        "-out",
        cert,
    ]
    subprocess.run(made, check=True, capture_output=True)
    prefix = "DASK_DISTRIBUTED__COMM__"
    of_each = {
        f"{prefix}TLS__{who}__{what}": path
        for who in ("SCHEDULER", "WORKER", "CLIENT")
        for what, path in (("CERT", cert), ("KEY", key))
    }
    return {f"{prefix}TLS__CA_FILE": cert, f"{prefix}REQUIRE_ENCRYPTION": "True", **of_each}


def test_a_build_by_tls(released: Prepared, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Dask's own variables are enough; who has no certificate gets nowhere."""
    folder = tmp_path_factory.mktemp("tls")
    secret = certificates(folder)
    with machines(folder, "tls", **secret) as running:
        running.worker(environment=secret)
        without = begin(running)
        refused = without.communicate(timeout=60)[1]
        unread = begin(running, environment={**secret, "DASK_DISTRIBUTED__COMM__TLS__CA_FILE": "nowhere.pem"})
        unreadable = unread.communicate(timeout=60)[1]
        build = begin(running, environment=secret)
        out, said = build.communicate(timeout=60)

    assert running.address.startswith("tls://")
    assert without.returncode == unread.returncode == 2
    assert "the certificates cannot be read (FileNotFoundError" in " ".join(unreadable.split())
    assert "TLS needs certificates, and Dask is told of none; set DASK_DISTRIBUTED__COMM__TLS__CA_FILE" in " ".join(
        refused.split()
    )
    assert build.returncode == 0, said
    assert dumps_of(Path(out.strip())) == released.changed


# --- What goes wrong ---


def test_an_address_where_nothing_is(released: Prepared) -> None:
    """Told within the time that was given."""
    status, said = kg("build", "--scheduler", f"tcp://127.0.0.1:{free_port()}", "--scheduler-wait", "0.5")

    assert status == 1
    assert "no Dask scheduler answers there within 0.5 s" in said
    assert "Start one with `dask scheduler`" in said
    assert_harmless(said, released)


@pytest.mark.parametrize("address", ["nowhere", "smoke://127.0.0.1:8786", "tcp://127.0.0.1:port"])
def test_an_address_that_is_none(released: Prepared, address: str) -> None:
    """The form that it has is told."""
    status, said = kg("build", "--scheduler", address, "--scheduler-wait", "0.5")

    assert status == 2
    assert "write it as tcp://host:8786" in said
    assert_harmless(said, released)


def test_a_scheduler_without_workers(alone: Machines, released: Prepared) -> None:
    """How to start one is told."""
    status, said = kg("build", "--scheduler", alone.address, "--scheduler-wait", "2")

    assert status == 1
    assert (
        f"has no worker after 2 s; nothing was released, and what is done is in the cache. Start some with `dask worker {alone.address}"
        in said
    )
    assert_harmless(said, released)


def test_a_worker_that_hangs(alone: Machines, released: Prepared) -> None:
    """It says nothing: the build does not wait for ever."""
    alone.clumsy()
    alone.wait(1)
    worker = alone.pid(0)
    os.kill(worker, signal.SIGSTOP)
    try:
        status, said = kg("build", "--scheduler", alone.address, "--scheduler-wait", "2")
    finally:
        os.kill(worker, signal.SIGCONT)

    assert status == 1
    assert "not every worker says within 2 s which version it has" in said
    assert_harmless(said, released)


def another_version(folder: Path) -> Path:
    """A folder with the package, of which one file is another."""
    shutil.copytree(ROOT / "kg", folder / "kg", ignore=shutil.ignore_patterns("__pycache__"))
    with (folder / "kg" / "rules.py").open("a") as file:
        file.write("# changed\n")
    return folder


def test_a_worker_of_another_version(alone: Machines, released: Prepared, tmp_path: Path) -> None:
    """Refused at the start, by name; the right one is not blamed."""
    alone.worker()
    alone.worker(package=another_version(tmp_path / "other"))
    alone.wait(2)

    status, said = kg("build", "--scheduler", alone.address)

    assert status == 1
    assert "these workers would not write the same bytes as this machine" in said
    assert said.count("policy-kg 0.") == 1
    assert "Install the same version of policy-kg and of Python there" in said
    assert_harmless(said, released)


def test_a_worker_without_the_package(alone: Machines, released: Prepared, tmp_path: Path) -> None:
    """It has something else of this name, say."""
    (tmp_path / "empty" / "kg").mkdir(parents=True)
    (tmp_path / "empty" / "kg" / "__init__.py").touch()
    alone.worker(package=tmp_path / "empty")
    alone.wait(1)

    status, said = kg("build", "--scheduler", alone.address)

    assert status == 1
    assert """ModuleNotFoundError("No module named 'kg.scale'")""" in said
    assert_harmless(said, released)


def test_a_worker_of_another_version_that_comes_later(alone: Machines, released: Prepared, tmp_path: Path) -> None:
    """It does nothing, and is told."""
    hold = held(alone)

    build = begin(alone)
    alone.begun("harbour-2031")
    alone.worker(package=another_version(tmp_path / "other"))
    said = end(build)
    hold.unlink()

    assert "at reply-2032: policy-kg 0." in said
    assert_harmless(said, released)


def test_a_scheduler_that_is_lost(alone: Machines, released: Prepared) -> None:
    """In the middle of a build."""
    hold = held(alone)

    build = begin(alone, wait_s=5)
    alone.begun("harbour-2031")
    alone.scheduler.stop()
    said = end(build)
    hold.unlink()

    assert f"{alone.address}: the connection to the scheduler was lost" in said
    assert "See whether the scheduler runs, and run the command again" in said
    assert_harmless(said, released)


def test_a_worker_that_is_killed(alone: Machines, released: Prepared) -> None:
    """Its document is done by the other one."""
    hold = held(alone, 2)

    build = begin(alone)
    first, _ = alone.begun("harbour-2031")
    alone.begun("reply-2032")
    os.kill(first, signal.SIGKILL)
    time.sleep(2 * flight.LOOK_S)  # the build sees that there are fewer workers than documents on their way
    hold.unlink()
    out, said = build.communicate(timeout=60)

    assert build.returncode == 0, said
    assert {path.name.split("-")[3] for path in alone.folder.glob("begun-harbour-2031-*")} > {str(first)}
    assert dumps_of(Path(out.strip())) == released.changed


def test_no_worker_is_left(alone: Machines, released: Prepared) -> None:
    """The only one is killed, and none comes."""
    held(alone)

    build = begin(alone, wait_s=3)
    first, _ = alone.begun("harbour-2031")
    os.kill(first, signal.SIGKILL)
    said = end(build)

    assert "no worker is left, for 3 s (harbour-2031 not done)" in said
    assert f"`dask worker {alone.address} --nthreads 1`, and run the command again" in said
    assert_harmless(said, released)


def test_a_document_that_ends_workers(alone: Machines, released: Prepared) -> None:
    """It is named after as many as the scheduler allows; what other documents gave is in the cache."""
    (alone.folder / "die-harbour-2031").touch()
    for _ in range(3):
        alone.clumsy()
    alone.wait(3)

    said = end(begin(alone))

    assert "harbour-2031: 2 workers ended one after another when they had this document to do, the last of them tcp://" in said
    assert "give them more, or build without --scheduler" in said
    kept = [Cache(Path("build/cache")).read(path.stem, "head")[0] for path in mapped(Path("build/cache"))]
    assert [head["slug"] for head in kept] == ["reply-2032"]
    assert_harmless(said, released)


def mapped(folder: Path) -> list[Path]:
    """Files of the cache with mapped documents."""
    return [path for path in folder.glob("*.part") if b'"digests"' in path.read_bytes()[:2000]]


def test_an_interrupted_build_cancels_what_is_on_its_way(alone: Machines, released: Prepared) -> None:
    """Ctrl-C."""
    hold = held(alone)

    build = begin(alone)
    alone.begun("harbour-2031")
    assert any("harbour-2031" in task for task in alone.tasks())
    build.send_signal(signal.SIGINT)
    said = end(build)
    left = alone.tasks()
    hold.unlink()

    assert "Error: stopped; a release is complete or not made at all" in said
    assert left == []
    assert_harmless(said, released)


def test_an_error_of_a_worker_names_document_and_remedy(two: Machines, project: Layout) -> None:
    """Whatever it is: its folder cannot be written, say."""
    for worker in two.workers:
        for folder in worker.log.parent.rglob("worker-*"):
            if folder.is_dir():
                folder.rename(folder.with_suffix(".away"))
    try:
        status, said = kg("build", "--scheduler", two.address)
    finally:
        for worker in two.workers:
            for folder in worker.log.parent.rglob("*.away"):
                folder.rename(folder.with_suffix(""))

    assert status == 1
    assert re.search(rf"(harbour-2031|reply-2032): a worker of {two.address} could not do it \(FileNotFoundError", said)
    assert "leave --scheduler out" in said
    assert not Path("build").exists()


def test_a_damaged_result_is_not_kept(tmp_path: Path) -> None:
    """Nor one whose name is a path."""

    class Common:
        cache = Cache(tmp_path / "cache")

    run = flight.Flight(None, "tcp://here:1", 1, travel.perform, Common)
    sent = flight.Sent(0, "harbour-2031", None, None)
    for name, data in (("0" * 64, b"nonsense"), ("../" + "0" * 61, b"nonsense")):
        with pytest.raises(ClusterError, match="harbour-2031: the result that came from tcp://here:1 is damaged"):
            run._keep(sent, name, data)

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_result_that_is_gone_is_told(tmp_path: Path) -> None:
    """Somebody empties the cache."""
    from kg.scale import judging

    common = judging.Common(None, "", Cache(tmp_path), None, None, None, None, {})  # type: ignore[arg-type]

    with pytest.raises(ClusterError, match=r"k\.part: .*does something else write in this folder\? Run the command again"):
        travel.parcel(common, judging.Job("harbour-2031", "k"))


def test_the_extra_is_named(project: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Dask is not installed."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)

    with pytest.raises(UsageError, match=r"pip install 'policy-kg\[dask\]'"):
        cluster.Cluster("tcp://here:1", InProcess())


def test_versions_are_compared_by_name() -> None:
    """An engine that is not used may be another one."""
    here = {"policy-kg": "0.1.0 (3, 11, 7) 0123456789abcdef", "zlib": "1.3", "shacl": "0.3.4"}
    there = {"policy-kg": "0.1.0 (3, 12, 0) fedcba9876543210", "shacl": "0.3.5"}

    assert travel.difference(here, dict(here), "shacl") == ""
    assert travel.difference(here, there, "pyshacl") == (
        "policy-kg 0.1.0 (3, 12, 0) fedcba987654 instead of 0.1.0 (3, 11, 7) 0123456789ab; zlib unknown instead of 1.3"
    )
    assert travel.difference(here, {**here, "shacl": "0.3.5"}, "shacl") == "shacl 0.3.5 instead of 0.3.4"


def test_one_document_is_done_here(project: Layout) -> None:
    """It is done before a scheduler would have answered, so none is asked."""
    release.build(project, Path("build"), executor=InProcess())
    edit(project, "mappings/reply-2032.yaml", "respondsTo: harbour-2031/s002", "respondsTo: harbour-2031/s003")
    run = cluster.Cluster("tcp://127.0.0.1:1", InProcess(), 0.1)

    assert list(run.run(lambda common, job: (common, job), "c", [1, 2, 3])) == [("c", 1), ("c", 2), ("c", 3)]
    assert list(run.run(travel._STEPS["map"], None, [])) == []


def test_a_layout_elsewhere_calls_files_what_they_are_called_here(tmp_path: Path) -> None:
    """And a file of which nothing is known by its path, so that the result is not taken."""
    make_project(tmp_path)
    layout = travel._Elsewhere(tmp_path, {"mappings/a.yaml": "../p/mappings/a.yaml"})

    assert layout.name(layout.mappings / "a.yaml") == "../p/mappings/a.yaml"
    assert layout.name(layout.mappings / "b.yaml") == str(tmp_path / "mappings/b.yaml")
