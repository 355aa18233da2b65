"""Removing old releases: what goes, what stays and why, and what is said."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kg import atomic, pruning
from kg.cli.main import main
from kg.mappings.layout import Layout
from kg.store import hold, open_release
from tests.serving import write_release

LOG = "# Changelog\n\n## 0.2.0, 2026-02-01\n\nCode 1; release `a`.\n\n## 0.1.0, 2026-01-01\n\nCode 1; release `first`.\n"


def kg(*arguments: str) -> Result:
    """Run a command."""
    return CliRunner().invoke(main, list(arguments))


def made(build_dir: Path, *versions: str) -> None:
    """Releases, each a second after the one before; the last one is current."""
    for second, version in enumerate(versions, 1_000_000_000):
        os.utime(write_release(build_dir, version), (second, second))


def names(build_dir: Path) -> list[str]:
    """Folders that there are."""
    return sorted(path.name for path in (build_dir / "releases").iterdir())


def based(build_dir: Path, version: str, base: str) -> None:
    """Let a release be one with imports."""
    file = build_dir / "releases" / version / "release.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "base": base}))


def test_the_latest_and_the_current_stay(tmp_path: Path) -> None:
    """The current one may be old: a build of what was built before moves only the link."""
    made(tmp_path, "a", "b", "c", "d", "e")
    atomic.point(tmp_path / "current", Path("releases/b"))

    done = pruning.prune(tmp_path, tmp_path / "none.md", 2)

    assert names(tmp_path) == ["b", "d", "e"]
    assert [path.name for path in done.removed] == ["a", "c"]
    assert {path.name: why for path, why in done.kept.items()} == {
        "e": "one of the 2 latest",
        "d": "one of the 2 latest",
        "b": "current",
    }


def test_what_was_released_stays(tmp_path: Path) -> None:
    """In whatever entry the changelog names it."""
    made(tmp_path, "first", "other", "a", "last")
    (tmp_path / "LOG.md").write_text(LOG)

    done = pruning.prune(tmp_path, tmp_path / "LOG.md", 1)

    assert names(tmp_path) == ["a", "first", "last"]
    assert done.kept[tmp_path / "releases" / "first"] == "named in LOG.md"


def test_what_a_server_has_open_stays_until_it_closes_it(tmp_path: Path) -> None:
    """Two servers may hold one."""
    made(tmp_path, "a", "b", "c")
    old = open_release(tmp_path / "releases" / "a")

    with hold(old), hold(old):
        done = pruning.prune(tmp_path, tmp_path / "none.md", 1)

    assert done.kept[old.path] == "a server has it open"
    assert names(tmp_path) == ["a", "c"]
    pruning.prune(tmp_path, tmp_path / "none.md", 1)
    assert names(tmp_path) == ["c"]


def test_the_base_of_one_with_imports_stays(tmp_path: Path) -> None:
    """Without it no import could be taken out."""
    made(tmp_path, "a", "b", "a+scores")
    based(tmp_path, "a+scores", "a")

    done = pruning.prune(tmp_path, tmp_path / "none.md", 1)

    assert names(tmp_path) == ["a", "a+scores"]
    assert done.kept[tmp_path / "releases" / "a"] == "the base of a+scores"


def test_what_is_no_release_stays_and_takes_no_place(tmp_path: Path) -> None:
    """Somebody's notes, a copy under another name, and what a killed process left, which the next build removes."""
    made(tmp_path, "a", "b")
    notes, copy, draft = (tmp_path / "releases" / name for name in ("notes", "copy", ".incomplete-x"))
    for folder in (notes, copy, draft):
        folder.mkdir()
    (copy / "release.json").write_text('{"version": "a"}')

    done = pruning.prune(tmp_path, tmp_path / "none.md", 1)

    assert names(tmp_path) == [".incomplete-x", "b", "copy", "notes"]
    assert done.kept[notes] == "has no release.json that names it, so it may not be a release"
    assert copy in done.kept


def test_what_is_freed_is_what_no_release_has_any_more(tmp_path: Path) -> None:
    """A file that a release shares with one that stays frees nothing."""
    made(tmp_path, "a", "b")
    shared, own = (tmp_path / "releases" / "a" / name for name in ("shared", "own"))
    shared.write_bytes(os.urandom(1 << 20))
    (tmp_path / "releases" / "b" / "shared").hardlink_to(shared)
    os.utime(tmp_path / "releases" / "b", (2_000_000_000, 2_000_000_000))
    before = pruning.prune(tmp_path, tmp_path / "none.md", 1, dry_run=True).freed
    own.write_bytes(os.urandom(1 << 20))

    after = pruning.prune(tmp_path, tmp_path / "none.md", 1, dry_run=True).freed

    assert before < 1 << 20 <= after - before < 1.1 * (1 << 20)


def test_a_dry_run_removes_nothing_and_says_why(tmp_path: Path) -> None:
    """Line by line, so that it can be searched."""
    made(tmp_path, "a", "b", "c")

    result = kg("--root", str(tmp_path), "prune", "--build-dir", str(tmp_path), "--keep", "1", "--dry-run")

    assert names(tmp_path) == ["a", "b", "c"]
    assert result.stdout.splitlines() == [
        f"{tmp_path}/releases/a: would be removed",
        f"{tmp_path}/releases/b: would be removed",
        f"{tmp_path}/releases/c: stays: current",
    ]
    assert result.stderr.startswith("2 would be removed, ")
    assert result.stderr.endswith(" MB would be freed; 1 stay\n")


def test_the_command_says_what_it_removed(tmp_path: Path) -> None:
    """And a second time that there is nothing."""
    made(tmp_path, "a", "b", "c")

    first = kg("--root", str(tmp_path), "prune", "--build-dir", str(tmp_path), "--keep", "2")
    second = kg("--root", str(tmp_path), "prune", "--build-dir", str(tmp_path), "--keep", "2")

    assert (first.exit_code, first.stdout) == (0, f"{tmp_path}/releases/a: removed\n")
    assert (second.exit_code, second.stdout) == (0, "")
    assert second.stderr == f"nothing to remove: {tmp_path}/releases has 2 release(s), all of which stay\n"


def test_without_a_build_directory_there_is_nothing_to_remove(tmp_path: Path) -> None:
    """And none is made."""
    result = kg("--root", str(tmp_path), "prune", "--build-dir", str(tmp_path / "build"))

    assert result.exit_code == 0
    assert "has 0 release(s)" in result.stderr
    assert not (tmp_path / "build").exists()


def test_while_a_build_is_running_nothing_is_removed(tmp_path: Path) -> None:
    """It may be copying the store of an old one."""
    made(tmp_path, "a", "b")

    with atomic.exclusive(tmp_path):
        result = kg("--root", str(tmp_path), "prune", "--build-dir", str(tmp_path), "--keep", "1")

    assert (result.exit_code, names(tmp_path)) == (1, ["a", "b"])
    assert "another build is running; wait for it to end" in result.stderr


def test_a_folder_that_cannot_be_removed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else may have made it."""
    made(tmp_path, "a", "b")

    def refuse(folder: Path) -> None:
        raise PermissionError(13, "Permission denied", str(folder))

    monkeypatch.setattr(atomic, "discard", refuse)
    result = kg("--root", str(tmp_path), "prune", "--build-dir", str(tmp_path), "--keep", "1")

    assert result.exit_code == 1
    assert f"{tmp_path}/releases/a: cannot be removed: Permission denied; see who owns it" in result.stderr


def test_what_a_killed_removal_left_is_removed_by_the_next_build(tmp_path: Path) -> None:
    """A folder is out of sight before the first of its files goes."""
    made(tmp_path, "a")
    folder = tmp_path / "releases" / "a"
    seen: list[list[str]] = []

    def die(path: Path) -> None:
        seen.append(names(tmp_path))
        raise KeyboardInterrupt(path)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kg.atomic.shutil.rmtree", die)
        with pytest.raises(KeyboardInterrupt):
            atomic.discard(folder)

    assert seen == [[".incomplete-a"]]
    atomic.draft_in(tmp_path / "releases")
    assert ".incomplete-a" not in names(tmp_path)


def test_a_build_removes_old_ones_if_it_is_told_to(project: Layout, tmp_path: Path) -> None:
    """Else it says from some number on that it could be done."""
    build = tmp_path / "elsewhere"
    made(build, *(f"old{number:02}" for number in range(pruning.MANY - 1)))

    plain = kg("build", "--build-dir", str(build))
    kept = kg("build", "--build-dir", str(build), "--keep", "3")

    assert f"has {pruning.MANY} releases; `kg prune` removes old ones that nothing needs" in plain.stderr
    assert plain.stdout == kept.stdout
    assert f"old releases: {pruning.MANY - 3} removed, " in kept.stderr
    assert names(build) == sorted(["old27", "old28", plain.stdout.strip().rpartition("/")[2]])
    assert project.root.exists()
