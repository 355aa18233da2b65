"""`kg release`: the version by rule, the changelog entry, the files that state it, and what is refused."""

import json
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from kg import changelog, releasing
from kg.citation_file import read_citation_file
from kg.cli import main
from kg.errors import InputError, ReleaseError
from kg.mappings.layout import Layout
from kg.versioning import Level, Version
from tests.project import ROOT, edit, snapshot
from tests.test_citation import CFF

HARBOUR = "mappings/harbour-2031.yaml"
LOG = """# Changelog

Three parts each.

## 0.4.0, unreleased

### Code
- A new command.

### Data
- Two documents.
"""
OPEN = "\n## Unreleased\n\n### Code\n- Quicker.\n"


def kg(*arguments: str) -> Result:
    """Run a command."""
    return CliRunner().invoke(main, list(arguments))


def written(name: str) -> str:
    """Content of a file."""
    return Path(name).read_text(encoding="utf-8")


def build() -> str:
    """Build, and say the version."""
    result = kg("build")
    assert result.exit_code == 0, result.output
    return Path(result.stdout.strip()).name


@pytest.fixture
def unreleased(project: Layout) -> Layout:
    """The fictional project with a changelog and a citation file that was never released."""
    (project.root / "CHANGELOG.md").write_text(LOG, encoding="utf-8")
    text = CFF.replace("version: 1.10.0\ndate-released: 2031-06-07\n", "version: 0.4.0\n")
    project.citation.write_text(text, encoding="utf-8")
    return project


@pytest.fixture
def released(unreleased: Layout) -> str:
    """After its first release and a build; the version of that."""
    assert kg("release", "--date", "2031-01-02").exit_code == 0
    return build()


def open_again() -> None:
    """A new entry that is not released, as a developer writes it."""
    text = written("CHANGELOG.md")
    Path("CHANGELOG.md").write_text(text.replace("\n## 0.4.0", f"{OPEN}\n## 0.4.0"), encoding="utf-8")


def release(*arguments: str) -> tuple[str, str]:
    """Version and entry of a further release."""
    result = kg("release", "--date", "2031-03-04", *arguments)
    assert result.exit_code == 0, result.output
    entry = written("CHANGELOG.md").partition("\n## ")[2].partition("\n## ")[0]
    return read_citation_file(Path("CITATION.cff")).version, entry


def test_first_release(unreleased: Layout) -> None:
    """The version that was prepared, with a date; the content's version is the one that the build then has."""
    result = kg("release", "--date", "2031-01-02")

    assert result.exit_code == 0, result.output
    content = build()
    assert written("CHANGELOG.md") == (
        "# Changelog\n\nThree parts each.\n\n## 0.4.0, 2031-01-02\n\n"
        f"Code 0.1.0, ontology 0.1.0; release `{content}`.\n\n"
        "### Code\n- A new command.\n\n### Ontology\n- No change.\n\n### Data\n- Two documents.\n- First release: 9 statements in 2 documents: "
        "`harbour-2031` (7), `reply-2032` (2).\n"
    )
    cited = read_citation_file(Path("CITATION.cff"))
    assert (cited.version, cited.date) == ("0.4.0", "2031-01-02")
    assert 'owl:versionIRI <https://w3id.org/policy-kg/ontology/0.1.0> ;\n    owl:versionInfo "0.1.0" .' in written(
        "ontology/policy.ttl"
    )


def test_a_second_time_nothing_changes(released: str) -> None:
    """On whatever day."""
    before = snapshot(Path())

    result = kg("release", "--date", "2040-01-01")

    assert result.exit_code == 0
    assert f"0.4.0 is this state, release {released}; nothing to do" in result.stderr
    assert snapshot(Path()) == before


def test_other_words_raise_the_patch_number(released: str) -> None:
    """Each query finds the same rows. The release before is the one that the changelog names."""
    edit(Layout(Path()), HARBOUR, "Harbours belong to nobody in particular.", "Harbours are nobody's in particular.")
    open_again()

    version, entry = release()

    assert version == "0.4.1"
    assert f"; compared with 0.4.0, release `{released}`." in entry
    assert "### Code\n- Quicker.\n" in entry
    assert "### Ontology\n- No change.\n" in entry
    assert (
        "- Statements: 1 changed.\n- `harbour-2031`: changed s001 (summary (en)).\n- Inferred triples: 1 added, 1 removed."
        in entry
    )
    assert f"release `{build()}`" in entry


def test_another_coding_raises_the_minor_number(released: str) -> None:
    """A query may find other rows. Without an open entry, the code did not change."""
    edit(Layout(Path()), HARBOUR, "  topics: [treaties]\n  condition", "  topics: [harbours]\n  condition")

    version, entry = release()

    assert version == "0.5.0"
    assert "### Code\n- No change.\n" in entry
    assert "- `harbour-2031`: changed s002 (topic)." in entry


def test_code_alone_raises_the_patch_number(released: str) -> None:
    """The data are the same."""
    open_again()
    edit(Layout(Path()), "queries/demands.rq", "ORDER BY", "# a remark\nORDER BY")

    version, entry = release()

    assert version == "0.4.1"
    assert "### Data\n- No change.\n" in entry


def test_a_term_that_breaks(released: str) -> None:
    """The ontology's own version goes up with the terms; below 1.0.0 a break is a minor number."""
    edit(Layout(Path()), "ontology/policy.ttl", "pol:year a owl:DatatypeProperty ;\n    rdfs:range xsd:gYear ;", YEAR)

    version, entry = release()

    assert version == "0.5.0"
    assert "ontology 0.2.0;" in entry
    assert "### Ontology\n- Terms: changed `pol:year` (range)." in entry
    assert 'owl:versionInfo "0.2.0"' in written("ontology/policy.ttl")
    assert "ontology/0.2.0> ;" in written("ontology/policy.ttl")
    assert f"release `{build()}`" in entry


YEAR = "pol:year a owl:DatatypeProperty ;\n    rdfs:range xsd:integer ;"


def test_a_higher_version_can_be_asked_for(released: str) -> None:
    """To go to 1.0.0; from there a break is a major number, a lower version is refused."""
    edit(Layout(Path()), HARBOUR, "  topics: [treaties]\n  condition", "  topics: [harbours]\n  condition")
    assert release("--version", "1.0.0")[0] == "1.0.0"
    build()
    edit(Layout(Path()), "ontology/policy.ttl", "pol:year a owl:DatatypeProperty ;\n    rdfs:range xsd:gYear ;", YEAR)

    too_low = kg("release", "--version", "1.0.1")

    assert too_low.exit_code == 2
    assert "--version 1.0.1: the changes since 1.0.0 ask for 2.0.0 or higher" in too_low.stderr
    assert "write three numbers with dots" in kg("release", "--version", "1.0").stderr
    assert release()[0] == "2.0.0"


def test_dry_run_prints_the_entry_and_writes_nothing(unreleased: Layout) -> None:
    """What would be written, to standard output."""
    before = snapshot(Path())

    result = kg("release", "--date", "2031-01-02", "--dry-run")

    assert result.exit_code == 0
    assert result.stdout.startswith("## 0.4.0, 2031-01-02\n")
    assert "CITATION.cff: would be written" in result.stderr
    assert snapshot(Path()) == before


def test_a_dump_file_can_be_the_release_before(released: str, tmp_path: Path) -> None:
    """As one that was downloaded; the old build is not needed."""
    dump = Path("build/releases") / released / "dumps" / "policy-kg.nq.gz"
    kept = tmp_path / "old.nq.gz"
    kept.write_bytes(dump.read_bytes())
    edit(Layout(Path()), HARBOUR, "Harbours belong to nobody in particular.", "Harbours are nobody's in particular.")

    assert release("--build-dir", "elsewhere", "--previous", str(kept))[0] == "0.4.1"


def test_without_the_release_before(released: str) -> None:
    """It is not guessed."""
    edit(Layout(Path()), HARBOUR, "Harbours belong to nobody in particular.", "Harbours are nobody's in particular.")

    result = kg("release", "--build-dir", "elsewhere")

    assert result.exit_code == 2
    assert (
        f"release {released}, which the changelog names, is not in elsewhere; say what to compare with by --previous"
        in result.stderr
    )
    Path("CHANGELOG.md").unlink()
    assert "the changelog names no release before" in kg("release").stderr


def test_nothing_before_the_first(unreleased: Layout) -> None:
    """A release to compare with, though none was made."""
    result = kg("release", "--previous", "x")

    assert result.exit_code == 2
    assert "CITATION.cff has no date-released, so nothing was released yet" in result.stderr


def test_violations_are_refused(unreleased: Layout) -> None:
    """With their places, and nothing is written."""
    edit(unreleased, HARBOUR, "  topics: [treaties]\n  condition", "  topics: [treatise]\n  condition")
    before = snapshot(Path())

    result = kg("release")

    assert result.exit_code == 1
    assert "mappings/harbour-2031.yaml:" in result.stdout
    assert snapshot(Path()) == before


def test_a_statement_that_is_gone_is_refused(released: str) -> None:
    """Somebody may have cited it."""
    text = written(HARBOUR)
    start, end = text.index("- id: s007"), text.index("withdrawn:")
    Path(HARBOUR).write_text(text[:start] + text[end:], encoding="utf-8")
    lock = Path("mappings/anchors/harbour-2031.tsv")
    rows = [row for row in lock.read_text(encoding="utf-8").splitlines() if not row.startswith("s007")]
    lock.write_text("\n".join(rows) + "\n", encoding="utf-8")

    result = kg("release")

    assert result.exit_code == 1
    assert f"1 statement(s) are gone since {released}: harbour-2031/s007; list them under `withdrawn:`" in result.stderr


def test_files_that_are_not_committed_are_refused(unreleased: Layout) -> None:
    """A version names a state that is in the history; unless it is asked for."""
    for command in (["init", "-q"], ["add", "-A"], ["-c", "user.name=n", "-c", "user.email=e@example.org", "commit", "-qm", "x"]):
        subprocess.run(["git", *command], check=True)
    edit(unreleased, HARBOUR, "Harbours belong to nobody in particular.", "Harbours are nobody's in particular.")

    result = kg("release", "--date", "2031-01-02")

    assert result.exit_code == 1
    assert (
        "files are not committed: mappings/harbour-2031.yaml; commit them first, or pass --allow-dirty; --dry-run"
        in result.stderr
    )
    assert kg("release", "--date", "2031-01-02", "--allow-dirty").exit_code == 0


def test_a_dry_run_names_files_that_are_not_committed(unreleased: Layout) -> None:
    """And shows the entry all the same; where they may be, it says nothing of them."""
    for command in (["init", "-q"], ["add", "-A"], ["-c", "user.name=n", "-c", "user.email=e@example.org", "commit", "-qm", "x"]):
        subprocess.run(["git", *command], check=True)
    edit(unreleased, HARBOUR, "Harbours belong to nobody in particular.", "Harbours are nobody's in particular.")

    result = kg("release", "--date", "2031-01-02", "--dry-run")
    allowed = kg("release", "--date", "2031-01-02", "--dry-run", "--allow-dirty")

    assert result.exit_code == allowed.exit_code == 0
    assert result.stdout.startswith("## 0.4.0, 2031-01-02\n")
    assert result.stderr.splitlines()[-1] == "note: commit these before the release: mappings/harbour-2031.yaml"
    assert "note" not in allowed.stderr


@pytest.mark.parametrize(
    ("file", "old", "message"),
    [
        ("ontology/policy.ttl", "owl:versionInfo", "expected owl:versionInfo .* once, found it 0 times"),
        ("CITATION.cff", "version: 0.4.0", 'CITATION.cff: version: "" is no version'),
    ],
)
def test_files_that_state_no_version(unreleased: Layout, file: str, old: str, message: str) -> None:
    """Nothing is written by guess."""
    edit(unreleased, file, old, old.replace("version", "x-version").replace("owl:x-version", "rdfs:x-version"))

    with pytest.raises((ReleaseError, InputError), match=message):
        releasing.plan(unreleased, Path("build"), previous=None, date="2031-01-02")


def test_long_lists_say_how_many_more_there_are() -> None:
    """Nothing is left out in silence."""
    assert releasing._listed(f"s{n}" for n in range(62)).endswith("s59 and 2 more, which `kg diff` lists")


@pytest.mark.parametrize(
    ("version", "level", "expected"),
    [
        ("0.4.1", Level.NONE, "0.4.1"),
        ("0.4.1", Level.PATCH, "0.4.2"),
        ("0.4.1", Level.MINOR, "0.5.0"),
        ("0.4.1", Level.MAJOR, "0.5.0"),
        ("1.4.1", Level.MINOR, "1.5.0"),
        ("1.4.1", Level.MAJOR, "2.0.0"),
    ],
)
def test_versions(version: str, level: Level, expected: str) -> None:
    """Semantic Versioning 2.0.0."""
    assert str(Version.parse(version, "x").raised(level)) == expected


@given(
    st.dictionaries(
        st.sampled_from(changelog.PARTS),
        st.lists(st.text("abc`*", min_size=1), min_size=1).map(lambda lines: "\n".join(f"- {x}" for x in lines)),
    )
)
def test_nothing_written_by_hand_is_lost(parts: dict[str, str]) -> None:
    """What an open entry says, the dated one says; older entries stay as they are."""
    text = (
        "# C\n\n## Unreleased\n\n"
        + "".join(f"### {name}\n{lines}\n\n" for name, lines in parts.items())
        + "## 1.0.0, x\n\n- Old.\n"
    )
    log = changelog.parse(text)

    made = log.with_entry(changelog.entry("1.1.0, y", "About.", log.open_parts, {}))

    assert made.startswith("# C\n\n## 1.1.0, y\n\nAbout.\n\n### Code\n")
    assert made.endswith("\n## 1.0.0, x\n\n- Old.\n")
    for name, lines in parts.items():
        assert f"### {name}\n{lines}\n" in made
    assert changelog.parse(made).open_parts == {}


def test_our_changelog_has_its_parts() -> None:
    """What is open in the file of the root, if anything is, stands under the three headings."""
    log = changelog.parse((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))

    assert set(log.open_parts) <= set(changelog.PARTS)
    assert log.before.startswith("# Changelog")


def test_the_release_states_the_version_that_people_cite(released: str) -> None:
    """In release.json, where the site finds it."""
    manifest = json.loads(written(f"build/releases/{released}/release.json"))

    assert (manifest["citation"]["version"], manifest["citation"]["date"]) == ("0.4.0", "2031-01-02")
