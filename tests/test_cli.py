"""The commands: what they print, their exit status, their help."""

import json
import os
import pty
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from kg.cli.main import NAMES, main
from kg.cli.table import format_table
from kg.mappings.layout import Layout
from kg.mappings.words import first_of
from tests.project import ROOT, TEXTS, edit


def command(name: str) -> click.Command:
    """A command."""
    found = main.get_command(click.Context(main), name)
    assert found is not None
    return found


def kg(*arguments: str, stdin: str | None = None) -> Result:
    """Run a command."""
    return CliRunner().invoke(main, list(arguments), input=stdin)


def told(result: Result) -> str:
    """The message of an error, on one line."""
    return " ".join(result.stderr.split()).partition("Error: ")[2]


@pytest.fixture
def built(project: Layout) -> Layout:
    """The fictional project with a release."""
    assert kg("build").exit_code == 0
    return project


def test_every_command_is_that_of_its_module() -> None:
    """And no module has one that cannot be called."""
    modules = [import_module(f"kg.cli.{path.stem}") for path in (ROOT / "kg" / "cli").glob("*.py")]

    assert tuple(sorted(each.name for module in modules for each in getattr(module, "COMMANDS", ()))) == NAMES
    assert kg("nonsense").exit_code == 2


def test_commands_of_the_design_exist() -> None:
    """The names that the documentation promises."""
    assert {"build", "check", "anchor", "coverage", "serve", "query", "export", "passage"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_help_has_a_summary_and_an_example(name: str) -> None:
    """Each command says what it does and shows how."""
    result = kg(name, "--help")

    assert result.exit_code == 0
    assert "Example:\n" in result.stdout
    assert f"    kg {name}" in result.stdout or f"  kg {name}" in result.stdout


@pytest.mark.parametrize("name", NAMES)
def test_options_have_help_and_those_of_an_operator_an_environment_variable(name: str) -> None:
    """No option is undocumented; what a server needs can come from the environment."""
    for option in (p for p in command(name).params if isinstance(p, click.Option)):
        assert option.help, f"{name} {option.name}"
        if name == "serve":
            assert str(option.envvar).startswith("KG_"), option.name


def test_check_takes_no_document(project: Layout) -> None:
    """Who names one, as other commands want it, reads why it is left out."""
    result = kg("check", "harbour-2031")

    assert result.exit_code == 2
    error = "Error: all documents are checked together, as they refer to each other; leave out harbour-2031"
    assert result.stderr.splitlines()[-1] == error


def test_errors_have_no_traceback(project: Layout) -> None:
    """No release: a message with the remedy, status 1."""
    result = kg("query", "ASK {}")

    assert result.exit_code == 1
    assert "run `kg build`" in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--root", "texts", "check"],
            "Error: texts/ontology/policy.ttl: no such file; run kg in the project's folder or pass --root DIR\n",
        ),
        (
            ["agreement", "mappings/harbour-2031.yaml", "mappings/reply-2032.yaml", "--sources", "texts"],
            (
                "Error: mappings/harbour-2031.yaml is about harbour-2031 and mappings/reply-2032.yaml about reply-2032; "
                "only codings of one document compare: if both are of one text, write `document: harbour-2031` in "
                "mappings/reply-2032.yaml, and so in its ledger and its relations\n"
            ),
        ),
        (
            ["synth", "--statements", "10", "mappings"],
            "Error: mappings: there is something in this folder already; name one that is empty or new\n",
        ),
    ],
    ids=["no project", "two documents", "a folder in the way"],
)
def test_errors_of_files_say_nothing_of_usage(project: Layout, arguments: list[str], message: str) -> None:
    """How the command is called is not what is wrong."""
    result = kg(*arguments)

    assert (result.exit_code, result.stderr) == (2, message)


def test_errors_of_arguments_say_how_the_command_is_called(project: Layout) -> None:
    """The command that was called, not `kg` alone."""
    assert kg("passage", "zzz/s001").stderr == (
        "Usage: main passage [OPTIONS] STATEMENT\nTry 'main passage --help' for help.\n\n"
        'Error: there is no document "zzz"; there are: harbour-2031, reply-2032\n'
    )


def test_build_prints_plain_stages_where_there_is_no_terminal(project: Layout) -> None:
    """One line a stage on standard error, the release on standard output."""
    result = kg("build")

    assert result.stderr.splitlines() == [
        f"{s} …" for s in ("read", "map", "infer", "validate", "store", "index", "dump", "publish")
    ]
    assert result.stdout.startswith("build/releases/0.")


def test_a_build_that_is_stopped_says_what_is_left(project: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C: no release, and one line in place of a traceback."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("kg.release.build", stop)

    result = kg("build")

    assert result.exit_code == 1
    assert result.stderr == "Error: stopped; a release is complete or not made at all, so run `kg build` again\n"
    assert not (project.root / "build" / "current").exists()


def test_build_shows_a_bar_on_a_terminal(project: Layout) -> None:
    """Standard error is a terminal: a bar is drawn there."""
    main_end, terminal = pty.openpty()
    command = [sys.executable, "-m", "kg", "build"]
    environment = {"PYTHONPATH": str(ROOT), "TERM": "xterm"}
    subprocess.run(command, stderr=terminal, stdout=subprocess.DEVNULL, check=True, cwd=project.root, env=environment)
    os.close(terminal)
    drawn = os.read(main_end, 65536).decode()
    os.close(main_end)

    assert "#" in drawn
    assert "100%" in drawn


def test_anchor_writes_the_lock_and_says_what_changed(project: Layout) -> None:
    """A changed anchor changes its row; a second run changes nothing."""
    edit(project, "mappings/harbour-2031.yaml", "De Ploegpartij … zijn.", "De Ploegpartij vindt … zijn.")

    first, second = kg("anchor", "--sources", "texts"), kg("anchor", "--sources", "texts")

    assert "harbour-2031: 7 passages, written" in first.stderr
    assert "harbour-2031: 7 passages, unchanged" in second.stderr
    assert "De Ploegpartij vindt … zijn." in project.lock("harbour-2031").read_text(encoding="utf-8")
    assert kg("check", "--sources", "texts").exit_code == 0


def test_anchor_leaves_the_lock_when_an_anchor_is_wrong(project: Layout) -> None:
    """The finding is printed, the lock stays, the other document's lock is written."""
    edit(project, "mappings/harbour-2031.yaml", "De Ploegpartij … zijn.", "De Hamerpartij … zijn.")
    before = project.lock("harbour-2031").read_bytes()

    result = kg("anchor", "--sources", "texts")

    assert result.exit_code == 1
    assert "mappings/harbour-2031.yaml:14:12: s001 passage" in result.stdout
    assert project.lock("harbour-2031").read_bytes() == before
    assert "reply-2032: 3 passages, unchanged" in result.stderr


def test_anchor_says_in_one_line_of_which_documents_there_is_no_text(project: Layout) -> None:
    """And nothing of those that were not asked for."""
    Path("own").mkdir()
    shutil.copy("texts/reply-2032.txt", "own")

    assert kg("anchor", "--sources", "own").stderr == (
        "no text in own, so the lock is left as it is: harbour-2031\nreply-2032: 3 passages, unchanged\n"
    )
    assert kg("anchor", "--sources", "own", "reply-2032").stderr == "reply-2032: 3 passages, unchanged\n"
    assert (
        kg("anchor", "--sources", "own", "harbour-2031").stderr == "no text in own, so the lock is left as it is: harbour-2031\n"
    )


@pytest.mark.parametrize(
    ("many", "text"),
    [(["a", "b"], "a, b"), (list("abcde"), "a, b, c, d, e"), (list("abcdefg"), "a, b, c, d, e and 2 more")],
)
def test_many_words_are_named_by_the_first(many: list[str], text: str) -> None:
    """A line stays a line."""
    assert first_of(many) == text


def test_anchor_needs_the_texts(project: Layout) -> None:
    """Without --sources the remedy is named, status 2."""
    result = kg("anchor")

    assert result.exit_code == 2
    assert "KG_SOURCES" in result.stderr


def test_coverage_is_complete(project: Layout) -> None:
    """Every word of the fictional corpus is accounted for."""
    result = kg("coverage", "--sources", "texts")

    assert result.exit_code == 0
    assert "harbour-2031: 9 sentences, 95 words" in result.stdout
    assert result.stdout.count("in 0 sentences") == 2


def test_coverage_lists_what_is_left(project: Layout) -> None:
    """A sentence that nothing covers is shown by its place and first words, and the exit status is 1."""
    edit(project, "mappings/reply-2032.skipped.yaml", "- passage: De regering dankt … vorig jaar.\n  reason: transition\n", "")

    result = kg("coverage", "--sources", "texts", "reply-2032")

    assert result.exit_code == 1
    assert "left         11 words   27.6% in 1 sentences" in result.stdout
    assert "36-100 (11 words): De regering dankt de Ploegpartij …" in result.stdout


@pytest.mark.parametrize("name", ["coverage", "anchor"])
def test_unknown_document_is_refused(project: Layout, name: str) -> None:
    """The known ones are listed, or the nearest named; one that cannot be read is there."""
    far = kg(name, "--sources", "texts", "zzz")
    near = kg(name, "--sources", "texts", "harbour-203")
    edit(project, "mappings/harbour-2031.yaml", "document: harbour-2031", "document: [harbour-2031")
    broken = kg(name, "--sources", "texts", "harbour-2031")

    assert (far.exit_code, near.exit_code, broken.exit_code) == (2, 2, 1)
    assert told(far) == '"zzz" is not a coded document; there are: harbour-2031, reply-2032'
    assert told(near) == '"harbour-203" is not a coded document; did you mean "harbour-2031"?'
    assert broken.stdout.startswith("mappings/harbour-2031.yaml:2:11: YAML syntax: ")


def test_coverage_of_all_names_a_file_that_cannot_be_read(project: Layout) -> None:
    """It is not passed over."""
    edit(project, "mappings/reply-2032.yaml", "document: reply-2032", "document: harbour-2032")

    result = kg("coverage", "--sources", "texts")

    assert result.exit_code == 1
    assert result.stdout.splitlines()[0] == "harbour-2031: 9 sentences, 95 words"
    assert result.stdout.splitlines()[-1] == (
        'mappings/reply-2032.yaml:1:11: document: "harbour-2032" is not the name of the file; '
        "write `document: reply-2032` or rename the file"
    )


def test_coverage_says_why_there_is_no_text(project: Layout) -> None:
    """It is missing, of another encoding, or not the text that was coded."""
    path = Path("texts/harbour-2031.txt")
    said = []
    for content in (b"Caf\xe9.\n", b"x\n", None):
        path.unlink()
        if content:
            path.write_bytes(content)
        result = kg("coverage", "--sources", "texts", "harbour-2031")
        assert result.exit_code == 1
        said.append(result.stdout)
        path.touch()

    assert said == [
        "harbour-2031: its text cannot be used: texts/harbour-2031.txt:1: not UTF-8 at byte 3; save the file as UTF-8\n",
        (
            "harbour-2031: its text cannot be used: texts/harbour-2031.txt: sha256 of the normalised text is "
            "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881, the catalogue has "
            "6c82c1d667f4507d286d7d0561c77611178c232592d581054a366717d38f1abb; this is another version of the document: "
            "find the coded one, or code the new one as a document of its own; if only mistakes were mended in it, write this sha256 "
            'and `characters: "1"` into the catalogue, and run `kg anchor`\n'
        ),
        "harbour-2031: no text; put it into texts as harbour-2031.txt\n",
    ]


ROWS = """\
statement                                                  action        object
─────────────────────────────────────────────────────────  ────────────  ───────────────────────────────
https://w3id.org/policy-kg/id/statement/harbour-2031/s002  act:ratify    instrument:fair-harbours-treaty
https://w3id.org/policy-kg/id/statement/harbour-2031/s003  act:suspend   instrument:fish-agreement
https://w3id.org/policy-kg/id/statement/harbour-2031/s004  act:increase  instrument:harbour-fund
(3 rows)
"""


def test_query_prints_a_table(built: Layout) -> None:
    """A published query by name, a file, standard input."""
    text = Path("queries/demands.rq").read_text(encoding="utf-8")

    assert kg("query", "demands").stdout == ROWS
    assert kg("query", "queries/demands.rq").stdout == ROWS
    assert kg("query", "-", stdin=text).stdout == ROWS


SELECT = "SELECT ?k (COUNT(*) AS ?n) { VALUES ?k { pol:Demand } ?s a ?k } GROUP BY ?k"


@pytest.mark.parametrize(
    ("style", "begins"),
    [
        ("csv", "k,n\r\nhttps://w3id.org/policy-kg/ontology#Demand,3\r\n"),
        ("tsv", "?k\t?n\n<https://w3id.org/policy-kg/ontology#Demand>\t3\n"),
        ("json", '{"head":{"vars":["k","n"]},"results":'),
        ("xml", '<?xml version="1.0"?><sparql xmlns="http://www.w3.org/2005/sparql-results#">'),
    ],
)
def test_query_formats(built: Layout, style: str, begins: str) -> None:
    """The result formats of SPARQL 1.1."""
    assert kg("query", SELECT, "--format", style).stdout_bytes.decode().startswith(begins)


def test_query_construct_gives_turtle(built: Layout) -> None:
    """Also when a table is asked for, which a graph is not."""
    query = "CONSTRUCT { ?s a pol:Demand } WHERE { ?s a pol:Demand }"

    for style in ("ttl", "table"):
        assert "a pol:Demand" in kg("query", query, "--format", style).stdout


def test_query_format_must_fit(built: Layout) -> None:
    """Rows are no Turtle, a graph is no CSV."""
    assert kg("query", SELECT, "--format", "ttl").exit_code == 2
    assert kg("query", "DESCRIBE agent:elland", "--format", "csv").exit_code == 2


def test_query_syntax_error_and_unknown_name(built: Layout) -> None:
    """Line and column; the published names."""
    wrong = kg("query", "SELECT * { ?s ?p }")
    unknown = kg("query", "demandz")

    assert (wrong.exit_code, "Line 1, " in wrong.output) == (1, True)
    assert (unknown.exit_code, "there are: demands" in unknown.output) == (2, True)


def test_table_of_ask() -> None:
    """ASK is a word."""
    assert format_table({"head": {}, "boolean": True}) == "true"


@pytest.mark.parametrize("extension", ["ttl", "nt", "nq", "trig", "jsonld", "rdf"])
def test_export_formats(built: Layout, extension: str) -> None:
    """Each format holds the statement."""
    result = kg("export", "--graph", "reply-2032", "--format", extension, "-o", f"out.{extension}")

    assert result.exit_code == 0
    text = Path(f"out.{extension}").read_text(encoding="utf-8")
    assert "https://w3id.org/policy-kg/id/statement/reply-2032/s002" in text
    assert "statement/harbour-2031/s001" not in text


def test_export_of_everything_is_the_dump(built: Layout) -> None:
    """Up to the canonical form that the store gives to numbers."""
    exported = kg("export", "--format", "nt").stdout
    dumped = Path("build/current/dumps/policy-kg.nt").read_text(encoding="utf-8").replace('"0.70"', '"0.7"')

    assert set(exported.splitlines()) == set(dumped.splitlines())


def test_passage_prints_every_passage_of_a_statement(project: Layout) -> None:
    """With context, in brackets; a statement may have two."""
    result = kg("passage", "reply-2032/s001", "--sources", "texts", "--context", "10")

    assert result.exit_code == 0
    assert result.stdout.count("sha256") == 2
    assert "[maar pas na overleg met de vissers.]" in result.stdout


@pytest.mark.parametrize(
    "written, message",
    [
        ("harbour-2031/s5", 'harbour-2031 has no statement "s5" with a passage in its anchor lock; did you mean "s005"?'),
        (
            "harbour-2031/s06a",
            'harbour-2031 has no statement "s06a" with a passage in its anchor lock; did you mean "s006"?',
        ),
        (
            "harbour-2031/99",
            (
                'harbour-2031 has no statement "99" with a passage in its anchor lock; it has s001 to s007; '
                "for a new one, run `kg anchor harbour-2031` first"
            ),
        ),
        ("harbour-2031", "harbour-2031 is a document; write DOCUMENT/ID, as in harbour-2031/s001"),
        ("harbour-203/s001", 'there is no document "harbour-203"; did you mean "harbour-2031"?'),
        ("zzz/s001", 'there is no document "zzz"; there are: harbour-2031, reply-2032'),
        ("reply-2032/s001", "mappings/anchors/reply-2032.tsv: holds no passage of reply-2032; run `kg anchor reply-2032`"),
    ],
)
def test_a_passage_that_is_not_there(project: Layout, written: str, message: str) -> None:
    """The message says what is missing: the document, its lock, or the statement; and what is near."""
    Path("mappings/anchors/reply-2032.tsv").unlink()

    result = kg("passage", written, "--sources", "texts")

    assert result.exit_code == 2
    assert told(result) == message


def test_passage_in_another_text(project: Layout) -> None:
    """A hash that does not match is an error, never silently re-anchored."""
    path = Path("texts/harbour-2031.txt")
    path.write_text(path.read_text(encoding="utf-8").replace("Elland moet", "Elland hoort"), encoding="utf-8")

    result = kg("passage", "harbour-2031/s002", "--sources", "texts")

    assert result.exit_code == 1
    assert "another hash than the passage that was coded" in result.stderr


def test_schema_is_written_and_checked(project: Layout) -> None:
    """`kg schema --check` fails until `kg schema` has run."""
    assert kg("schema", "--check").exit_code == 1
    assert kg("schema").exit_code == 0
    assert kg("schema", "--check").exit_code == 0
    assert "anyOf" in json.loads(Path("mappings/schema.json").read_text(encoding="utf-8"))


def test_sources_may_come_from_the_environment(project: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    """KG_SOURCES is --sources."""
    monkeypatch.setenv("KG_SOURCES", str(TEXTS))

    assert kg("coverage").exit_code == 0
