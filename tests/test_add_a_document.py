"""The guide for coders, followed literally: its commands, its files, its replacements, on a made-up page."""

import http.server
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import ruamel.yaml

from kg.mappings.layout import Layout
from tests.project import HERE, ROOT, TEXTS, edit, make_project
from tests.test_citation import CFF
from tests.test_new import kg
from tests.test_releasing import LOG

GUIDE = (ROOT / "docs" / "add-a-document.md").read_text(encoding="utf-8")
STEP = re.compile(
    r"```(?P<language>sh|yaml|turtle)\n(?P<block>.*?)```"
    r"|Replace `(?P<old>[^`]+)` by `(?P<new>[^`]+)`\s+in\s+`(?P<inside>[^`]+)`"
    r"|Delete the entry `(?P<entry>[^`]+)` from\s+`(?P<of>[^`]+)`",
    re.DOTALL,
)
INSTALLS = ("make authoring", ". .venv/bin/activate")
RUNS_ON = ("kg watch", "kg serve")


class Follower:
    """Does what the guide says, in the project's folder.

    :ivar said: what each command printed, by command
    """

    def __init__(self, folder: Path, address: str) -> None:
        self.folder = folder
        self.address = address
        self.said: dict[str, str] = {}
        self.environment = {
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
            "PATH": os.environ["PATH"],
            "HOME": str(folder.parent),
            **{f"GIT_{who}_{what}": "robin@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
        }

    def follow(self, text: str) -> None:
        """Every step of a text, in its order."""
        for step in STEP.finditer(text):
            if step["language"] == "sh":
                for line in step["block"].splitlines():
                    self.run(line.partition("  #")[0].strip())
            elif step["block"]:
                self.write(step["block"])
            elif step["old"]:
                path = self.folder / step["inside"]
                content = path.read_text(encoding="utf-8")
                assert step["old"] in content
                path.write_text(content.replace(step["old"], step["new"]), encoding="utf-8")
            else:
                self.delete(step["of"], step["entry"])

    def run(self, line: str) -> None:
        """One command; one that goes on until it is stopped is stopped when it has said its address."""
        if line in INSTALLS:
            return
        line = line.replace("https://example.org", self.address)
        if line.startswith("export "):
            name, _, value = line.removeprefix("export ").partition("=")
            self.environment[name] = value
            return
        words = shlex.split(line)
        command = [sys.executable, "-m", "kg", *words[1:]] if words[0] == "kg" else words
        if line.startswith(RUNS_ON):
            self.said[line] = self.stopped([*command, "--port", "0"])
            return
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False, timeout=120
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
        self.said[line] = done.stdout + done.stderr

    def stopped(self, command: list[str]) -> str:
        """Start a command, wait for the address that it prints, and stop it as Ctrl-C does."""
        with subprocess.Popen(
            command, cwd=self.folder, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as running:
            assert running.stdout is not None
            try:
                first = next(line for line in running.stdout if "http://127.0.0.1:" in line)
            finally:
                running.send_signal(signal.SIGINT)
                rest, _ = running.communicate(timeout=60)
        assert running.returncode == 0, rest
        return first

    def write(self, block: str) -> None:
        """What a block has: at the end of a file, or in it by key and id."""
        where, _, content = block.partition("\n")
        place = re.fullmatch(r"# (at the end of|in) (\S+)", where)
        assert place, where
        path = self.folder / place[2]
        if place[1] == "at the end of":
            with path.open("a", encoding="utf-8") as file:
                file.write(f"\n{content}" if path.suffix == ".ttl" else content)
            return
        yaml = ruamel.yaml.YAML()
        tree = yaml.load(path.read_text(encoding="utf-8"))
        for part, entries in ruamel.yaml.YAML(typ="safe", pure=True).load(content).items():
            for entry in entries:
                found(tree[part], entry["id"]).update(entry)
        with path.open("w", encoding="utf-8") as file:
            yaml.dump(tree, file)

    def delete(self, name: str, entry: str) -> None:
        """Delete a section or a statement."""
        yaml = ruamel.yaml.YAML()
        path = self.folder / name
        tree = yaml.load(path.read_text(encoding="utf-8"))
        part = next(key for key in ("sections", "statements") if any(item["id"] == entry for item in tree[key]))
        tree[part].remove(found(tree[part], entry))
        with path.open("w", encoding="utf-8") as file:
            yaml.dump(tree, file)


def found(entries: list[dict[str, Any]], name: str) -> dict[str, Any]:
    """The one entry of that id."""
    (entry,) = (entry for entry in entries if entry["id"] == name)
    return entry


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Writes no log."""

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The made-up page on loopback, in place of the guide's address."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(HERE / "pages")))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory, address: str) -> Follower:
    """A small project in git, in which somebody has done all that the guide says."""
    folder = tmp_path_factory.mktemp("guide") / "project"
    make_project(folder)
    shutil.copy(ROOT / ".gitignore", folder)
    (folder / "CHANGELOG.md").write_text(LOG, encoding="utf-8")
    (folder / "CITATION.cff").write_text(
        CFF.replace("version: 1.10.0\ndate-released: 2031-06-07\n", "version: 0.4.0\n"), encoding="utf-8"
    )
    follower = Follower(folder, address)
    for line in ("git init -q -b main", "git add -A", "git commit -qm 'Before the guide'"):
        follower.run(line)
    follower.follow(GUIDE)
    return follower


def test_the_guide_leads_to_a_release(followed: Follower) -> None:
    """Each command ended with status 0; the last build is a version without a suffix for what is not released."""
    assert followed.said["kg check"] == "no findings in 3 document(s), 2 of them without a text in ../texts\n"
    assert "left          0 words    0.0% in 0 sentences" in followed.said["kg coverage lantaarnbond-2032"]
    assert "The municipality of Noordstad should abolish its Light Decree." in next(
        text for line, text in followed.said.items() if line.startswith("kg query")
    )
    assert (followed.folder / "build" / "current" / "dumps" / "lantaarnbond-2032.ttl").is_file()
    assert "First release: 15 statements in 3 documents: `harbour-2031` (7), `lantaarnbond-2032` (6), `reply-2032` (2)." in (
        followed.folder / "CHANGELOG.md"
    ).read_text(encoding="utf-8")


def test_what_goes_on_until_it_is_stopped_was_started(followed: Follower) -> None:
    """The page of `kg watch`, and the site."""
    assert re.search(r"http://127\.0\.0\.1:\d+/lantaarnbond-2032", followed.said["kg watch lantaarnbond-2032 --anchor"])
    assert "http://127.0.0.1:" in followed.said["kg serve"]


def test_no_step_is_passed_over(followed: Follower) -> None:
    """Every block of the guide is one that the test understands; each command that it names in a block was run."""
    fences = re.findall(r"^```(\w+)$", GUIDE, re.MULTILINE)

    assert set(fences) == {"sh", "yaml", "turtle"}
    assert {shlex.split(line)[1] for line in followed.said if line.startswith("kg ")} == {
        *("new", "watch", "schema", "anchor", "check", "coverage", "build", "query", "serve", "release"),
    }


def test_the_messages_that_the_guide_explains_are_those_that_are_printed(project: Layout, tmp_path: Path) -> None:
    """The first column of its table, row by row, where an ellipsis stands for anything."""
    table = re.findall(r"^\| (.+?) \| .+? \|$", GUIDE.partition("## When something is refused")[2], re.MULTILINE)[1:]
    texts = tmp_path / "sources"
    shutil.copytree(TEXTS, texts)
    with Path("mappings/entities/agents.yaml").open("a", encoding="utf-8") as file:
        file.write("".join(f"- id: ahead-{n}\n  kind: Person\n  label: {{nl: Later {n}, en: Ahead {n}}}\n" for n in range(14)))
    ahead = kg("check")
    place = "collection: place\nentities:\n- id: dock\n  kind: Company\n  label: {nl: Dok, en: Dock}\n"
    Path("mappings/entities/places.yaml").write_text(place, encoding="utf-8")
    edit(project, "mappings/harbour-2031.yaml", "  frame: moral\n", "  frame: moral\n  homepage: https://example.org/\n")
    begin = ("new", str(HERE / "pages" / "licht.html"), "--slug", "lantaarnbond-2032", "--sources", str(texts))
    printed = [ahead, kg(*begin), kg(*begin)]
    edit(project, "mappings/harbour-2031.yaml", "action: ratify", "action: ratfy")
    edit(project, "mappings/harbour-2031.yaml", "De Ploegpartij … zijn.", "De Ploegpartij vindt … zijn.")
    edit(project, "mappings/harbour-2031.yaml", "Elland verhoogt … in 2035.", "Elland verlaagt … in 2035.")
    edit(
        project, "mappings/harbour-2031.yaml", "Wij leggen elk … de leden.", "Wij leggen elk jaar een … havens voor aan de leden."
    )
    edit(project, "mappings/harbour-2031.yaml", "\n    en: Harbours belong to nobody in particular.", "")
    edit(project, "mappings/reply-2032.yaml", "document: reply-2032", "document: reply-2032 # and its text is another now")
    printed.append(kg("check", "--sources", str(texts)))
    edit(project, "mappings/harbour-2031.yaml", "Het beleid van Verland … visser.", "de … de")
    (texts / "reply-2032.txt").write_text("Iets anders.", encoding="utf-8")
    printed.append(kg("check", "--sources", str(texts)))
    with Path("mappings/documents.yaml").open("a", encoding="utf-8") as file:
        file.write("- {id: speech-2033, kind: Document}\n")
    (texts / "reply-2032.txt").write_bytes(b"Caf\xe9.")
    printed.append(kg("check", "--sources", str(texts)))
    output = " ".join(" ".join(result.output.split()) for result in printed)

    wanted = [row.replace("`", "") for row in table for row in row.split(", match ")]
    assert len(wanted) == 15
    for message in wanted:
        pattern = ".+?".join(re.escape(part.strip()) for part in message.removesuffix(" places").split("…"))
        assert re.search(pattern, output.replace("`", "")), message
