"""Mistakes that were once passed over, or reported at another place than where they are: the whole message of each."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from kg.cli import main
from kg.mappings.layout import Layout
from tests.test_findings_newcomer import check

TEXT = "texts/harbour-2031.txt"


def test_a_text_that_is_not_utf_8_is_named(project: Layout) -> None:
    """At its line; the mapping file is not to blame."""
    path = project.root / TEXT
    path.write_bytes(path.read_bytes().replace(b"inhoud", "inhoud\nCaf\xe9".encode("latin-1"), 1))

    line = path.read_bytes().partition(b"\xe9")[0].count(b"\n") + 1
    at = path.read_bytes().index(b"\xe9")
    assert check() == f"{TEXT}:{line}:1: harbour-2031 not UTF-8 at byte {at}; save the file as UTF-8"
    assert line > 1


@pytest.mark.parametrize("command", ["check", "build", "anchor"])
def test_a_text_that_cannot_be_opened_is_named(project: Layout, command: str) -> None:
    """A folder is in its place; a file without permission gives the same with another reason."""
    path = project.root / TEXT
    path.unlink()
    path.mkdir()

    said = CliRunner().invoke(main, [command, "--sources", "texts"]).stdout.strip()

    assert said == f"{TEXT}:1:1: harbour-2031 cannot be read (Is a directory); see that it is a file that you may read"
    assert Path(TEXT).is_dir()
