"""The README's commands run as they are written, on a copy of the project."""

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.project import ROOT
from tests.test_published_data import SOURCES

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", README, re.DOTALL)
KG_LINES = [
    line.split("  #")[0].strip()
    for language, block in BLOCKS
    if language == "sh"
    for line in block.splitlines()
    if line.startswith("kg ")
]
NEEDS_TEXTS = ("kg anchor", "kg coverage", "kg data", "kg passage")
NEEDS_A_STORE = "kg publish"  # tests/test_publish.py runs it
NEEDS_A_RELEASE_BEFORE = "kg diff"  # tests/test_diff.py runs it


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what the commands read, with a release."""
    target = tmp_path_factory.mktemp("clone")
    for name in ("ontology", "mappings", "queries", "docs"):
        shutil.copytree(ROOT / name, target / name)
    for name in ("CITATION.cff", "CHANGELOG.md"):
        shutil.copy(ROOT / name, target / name)
    run("kg build", target)
    return target


@pytest.fixture(scope="module")
def port(clone: Path) -> Iterator[str]:
    """Port of a server on the copy, stopped by its process id."""
    command = [sys.executable, "-m", "kg", "serve", "--port", "0"]
    server = subprocess.Popen(command, cwd=clone, env=environment(), stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    try:
        line = server.stdout.readline()
        found = re.search(r":(\d+)/ ", line)
        assert found, line
        yield found[1]
    finally:
        server.terminate()
        server.wait(timeout=20)
        server.stdout.close()


def environment() -> dict[str, str]:
    """The package, the path, the texts if there are any; nothing else."""
    own = {"PYTHONPATH": str(ROOT), "PATH": "/usr/local/bin:/usr/bin:/bin"}
    return own | ({"KG_SOURCES": str(SOURCES.resolve())} if SOURCES else {})


def run(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run one `kg` line of the README."""
    arguments = [sys.executable, "-m", "kg", *shlex.split(line)[1:]]
    done = subprocess.run(arguments, cwd=folder, env=environment(), capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def test_readme_names_every_command() -> None:
    """No command is left out of the README but the one that serves editors, and those of the guides."""
    from kg.cli.main import NAMES

    guides = "".join(
        (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8") for name in ("add-a-document", "agreement", "cluster")
    )
    named = {shlex.split(line)[1] for line in KG_LINES} | set(re.findall(r"^kg (\w+)", guides, re.MULTILINE))

    assert named >= set(NAMES) - {"schema"}


def test_the_two_commands_are_targets() -> None:
    """`make serve` and `make test` come first and exist."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = re.findall(r"^make (\w+)", next(block for language, block in BLOCKS if language == "sh"), re.MULTILINE)

    assert named == ["serve", "test"]
    assert all(re.search(rf"^{name}:", makefile, re.MULTILINE) for name in named)


@pytest.mark.parametrize(
    "line",
    [
        line
        for line in KG_LINES
        if line != "kg serve" and not line.startswith((*NEEDS_TEXTS, NEEDS_A_STORE, NEEDS_A_RELEASE_BEFORE))
    ],
)
def test_command_runs(clone: Path, line: str) -> None:
    """Exit status 0, and something is said."""
    done = run(line, clone)

    assert done.stdout + done.stderr


@pytest.mark.skipif(SOURCES is None, reason="the texts are not in the repository; set KG_SOURCES to run these")
@pytest.mark.parametrize("line", [line for line in KG_LINES if line.startswith(NEEDS_TEXTS)])
def test_command_with_texts_runs(clone: Path, line: str) -> None:
    """The commands that read the documents' texts."""
    assert run(line, clone).returncode == 0


@pytest.mark.skipif(shutil.which("curl") is None, reason="this machine has no curl")
def test_curl_gets_rows(clone: Path, port: str) -> None:
    """The curl line, on the port of the test's server."""
    block = next(block for language, block in BLOCKS if block.startswith("curl"))
    done = subprocess.run(["bash", "-c", block.replace("8642", port)], capture_output=True, text=True, check=True, timeout=30)

    assert done.stdout.startswith("statement,summary\n")  # text mode: one kind of line end
    assert "id/statement/bij1-2021/s088,The Netherlands should recognise Palestine" in done.stdout


@pytest.mark.skipif(shutil.which("curl") is None, reason="this machine has no curl")
def test_curl_gets_a_thing_and_a_table(clone: Path, port: str, tmp_path: Path) -> None:
    """The curl lines for an IRI and a download."""
    block = next(block for language, block in BLOCKS if block.startswith("curl -L"))
    done = subprocess.run(
        ["bash", "-c", block.replace("8642", port)], capture_output=True, text=True, check=True, timeout=60, cwd=tmp_path
    )

    assert '"België"@nl' in done.stdout
    assert (
        (tmp_path / "statements.csv").read_text(encoding="utf-8").count("https://w3id.org/policy-kg/id/statement/bij1-2021/s086")
    )


def test_rdflib_example(clone: Path, port: str) -> None:
    """The Python block, on the port of the test's server."""
    block = next(block for language, block in BLOCKS if language == "python")
    done = subprocess.run(
        [sys.executable, "-c", block.replace("8642", port)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env=environment(),
    )

    assert len(done.stdout.splitlines()) == 3


def test_number_of_statements_is_true(clone: Path) -> None:
    """The README says how many statements there are."""
    stated = re.search(r"([\d,]+) statements", README)
    assert stated
    rows = run("kg query 'SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s pol:passage ?p }' --format csv", clone).stdout.split()

    assert rows == ["n", stated[1].replace(",", "")]
