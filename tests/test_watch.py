"""`kg watch`: checks again at each save, and a page that shows what of a text is covered."""

import http.client
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kg.authoring import watching
from kg.authoring.naming import Names, Proposal, names_of
from kg.authoring.progress import Progress, progress
from kg.authoring.watching import State, Watcher
from kg.authoring.watchpage import page, serving
from kg.cli import main
from kg.errors import Finding
from kg.mappings.apart import Mapped, read_document
from kg.mappings.layout import Layout
from kg.scale.cache import Cache
from kg.scale.executor import InProcess
from kg.scale.steps import Judged, judge
from tests.defects import HARBOUR, REPLY
from tests.project import ROOT, TEXTS, edit

CACHE = Path("build/cache")
"""In the fictional project, which is the current folder."""
EMPTY = """\
- id: s009
  section: measures
  passage: Elland verhoogt … in 2035.
  kind:
  topics: []
  summary:
    nl:
    en:
"""


def kg(*arguments: str) -> Result:
    """Run a command."""
    return CliRunner().invoke(main, list(arguments))


def told(result: Result) -> str:
    """What is written to standard error, on one line."""
    return " ".join(result.stderr.split())


def check(project: Layout) -> State:
    """One check of the fictional project."""
    return Watcher(project, TEXTS, CACHE).check()


def judged(project: Layout) -> Judged:
    """The fictional project, judged."""
    return judge(project, Cache(CACHE), InProcess())


def document(state: State, slug: str = "harbour-2031") -> Progress:
    """One document of a state."""
    return next(found for found in state.documents if found.slug == slug)


def delete_statement(project: Layout, name: str) -> None:
    """Delete a statement of the fictional programme."""
    path = project.mappings / "harbour-2031.yaml"
    text = path.read_text(encoding="utf-8")
    found = re.search(rf"- id: {name}\n(?:  .*\n)+", text)
    assert found
    path.write_text(text.replace(found[0], ""), encoding="utf-8")


def test_a_document_sentence_by_sentence(project: Layout) -> None:
    """Each sentence with what covers it."""
    found = document(check(project))

    assert [(row.state, [s.id for s in row.statements], row.reasons) for row in found.rows] == [
        ("skipped", [], ("heading",)),
        ("skipped", [], ("heading",)),
        ("coded", ["s001"], ()),
        ("coded", ["s002"], ()),
        ("coded", ["s003"], ()),
        ("coded", ["s004"], ()),
        ("coded", ["s005"], ()),
        ("coded", ["s006"], ()),
        ("coded", ["s007"], ()),
    ]
    assert found.rows[2].statements[0].kind == "Principle"
    assert found.rows[2].statements[0].summary["en"] == "Harbours belong to nobody in particular."
    assert found.states == {"skipped": 2, "coded": 7}


def test_an_uncovered_sentence_has_a_proposal(project: Layout) -> None:
    """Names that occur in it, an id that was never used, and anchors that fit: ready to paste."""
    delete_statement(project, "s003")

    row = document(check(project)).rows[4]

    assert row.state == "left"
    assert row.proposals == (
        Proposal("agent", "verland", "Verland"),
        Proposal("instrument", "fish-agreement", "Visakkoord"),
    )
    assert row.snippet == (
        "- id: s009\n"
        "  section: vision\n"
        "  passage: Zolang Verland … voor reddingsboten.\n"
        "  kind: # Demand, Commitment, Principle, Claim, Assessment or Response\n"
        "  topics: []\n"
        "  mentions: [verland, fish-agreement] # “Verland”, “Visakkoord”\n"
        "  summary:\n"
        "    nl:\n"
        "    en:\n"
    )
    assert row.skip == (
        "- passage: Zolang Verland … voor reddingsboten.\n"
        "  reason: # heading, navigation, metadata, transition, footnote, repeats\n"
    )


def test_the_pasted_proposal_is_read(project: Layout) -> None:
    """What is still missing is all that `kg check` finds in it."""
    delete_statement(project, "s003")
    edit(project, "mappings/harbour-2031.yaml", "  supports: s003\n", "")
    snippet = document(check(project)).rows[4].snippet
    edit(project, "mappings/harbour-2031.yaml", "statements:\n", f"statements:\n{snippet}")

    findings = Watcher(project, TEXTS, CACHE, anchor=True).check().findings

    assert {(finding.code, finding.subject) for finding in findings} == {("empty-value", "s009")}


def test_a_prepared_sentence_keeps_its_id(project: Layout) -> None:
    """The proposal stands in for the empty statement, and covers nothing yet."""
    delete_statement(project, "s004")
    edit(project, "mappings/harbour-2031.yaml", "withdrawn:\n", f"{EMPTY}withdrawn:\n")

    row = document(check(project)).rows[5]

    assert row.state == "prepared"
    assert row.snippet.startswith("- id: s009 # instead of the empty one\n  section: measures\n  passage: Elland verhoogt")


def test_an_item_of_a_list_has_an_empty_statement_of_its_own(project: Layout) -> None:
    """The shortest passage is the sentence's own; the longer one takes the sentence before it along."""
    delete_statement(project, "s004")
    delete_statement(project, "s005")
    second = EMPTY.replace("s009", "s010").replace("Elland verhoogt … in 2035.", "Het Havenbureau telde … jaarboek.")
    both = EMPTY.replace("in 2035.", "jaarboek.") + second
    edit(project, "mappings/harbour-2031.yaml", "withdrawn:\n", f"{both}withdrawn:\n")

    rows = document(check(project)).rows

    assert [row.snippet.splitlines()[0] for row in rows[5:7]] == [
        "- id: s009 # instead of the empty one",
        "- id: s010 # instead of the empty one",
    ]


def test_the_section_is_that_of_the_heading(project: Layout) -> None:
    """Below a heading nothing is taken from above it; the next statement tells."""
    edit(project, "mappings/harbour-2031.yaml", "- id: s004\n  section: measures", "- id: s004\n  section: vision")
    delete_statement(project, "s005")
    delete_statement(project, "s006")
    ledger = "- passage: Havens … iedereen\n"
    edit(
        project,
        "mappings/harbour-2031.skipped.yaml",
        ledger,
        f"- passage: Het Havenbureau telde … jaarboek.\n  reason: heading\n{ledger}",
    )

    row = document(check(project)).rows[7]

    assert row.state == "left"
    assert "  section: measures\n" in row.snippet


def test_what_a_statement_says_beside_its_summary(project: Layout) -> None:
    """Its keys as they are written, those of its number in braces, without the usual speaker; and findings about the number."""
    edit(project, "mappings/harbour-2031.yaml", "unit: PERCENT", "unit: CCY_EUR")

    statement = document(check(project)).rows[5].statements[0]

    assert dict(statement.keys) == {
        "addressee": "elland",
        "addresseeExplicit": "true",
        "action": "increase",
        "object": "harbour-fund",
        "beneficiary": "sailors",
        "topics": "harbours",
        "target": (
            "{indicator: harbour-budget, comparator: equal-to, value: 0.70, unit: CCY_EUR, denominator: national-income, "
            "deadline: 2035, deadlineExplicit: true}"
        ),
    }
    assert ("speaker", "sea-watch") in document(check(project)).rows[6].statements[0].keys
    assert [finding.code for finding in statement.findings] == ["check:denominator-without-share"]
    assert "<b>object</b> harbour-fund" in page(check(project), "harbour-2031", "en")


def test_a_finding_that_moves_is_not_new(project: Layout) -> None:
    """Lines above it change its place and nothing else."""
    edit(project, "mappings/harbour-2031.yaml", "action: ratify", "action: ratfy")
    watcher = Watcher(project, TEXTS, CACHE)
    watcher.state = watcher.check()
    edit(project, "mappings/harbour-2031.yaml", "statements:\n", "statements:\n# more to come\n\n")

    state = watcher.check()

    assert [finding.line for finding in state.findings] == [29]
    assert (state.new, state.mended) == ((), 0)


def test_half_a_sentence(project: Layout) -> None:
    """Its pieces say which words are left."""
    edit(
        project, "mappings/harbour-2031.yaml", "passage: Het beleid van Verland … visser.", "passage: Het beleid … onverstandig,"
    )
    watcher = Watcher(project, TEXTS, CACHE, anchor=True)

    row = document(watcher.check()).rows[7]

    assert row.state == "left"
    assert [(piece.state, piece.text.strip()) for piece in row.pieces] == [
        ("coded", "Het beleid van Verland is wreed en onverstandig,"),
        ("left", "en dat weet iedere visser."),
    ]


def test_names_by_stem_and_abbreviations_as_written(project: Layout) -> None:
    """Inflected words are known; the longest name counts; short ones only as they are written."""
    edit(project, "mappings/entities/agents.yaml", "altLabel: {nl: [de Ploeg]}", "altLabel: {nl: [de Ploeg, PP]}")
    names = names_of(judged(project).known.said.values())

    assert [p.slug for p in names.proposals("De Ploegpartij wil havens en visserij van de Regering van Elland.")] == [
        "plough-party",
        "harbours",
        "fishing",
        "elland-government",
    ]
    assert [p.slug for p in names.proposals("De PP")] == ["plough-party"]
    assert names.proposals("de pp") == ()
    assert names.proposals("Volgens hen") == ()


def test_no_text_no_progress(project: Layout) -> None:
    """Without the text there is nothing to follow."""
    mapped = read_document(judged(project).shared, project.mappings / "harbour-2031.yaml", None)

    with pytest.raises(ValueError, match="the text of harbour-2031 is not at hand"):
        progress(mapped, (), names_of(()))


def test_findings_that_are_new_and_mended(project: Layout) -> None:
    """Compared with the check before."""
    watcher = Watcher(project, TEXTS, CACHE)
    watcher.state = watcher.check()
    edit(project, "mappings/harbour-2031.yaml", "action: ratify", "action: ratfy")
    watcher.state = watcher.check()
    wrong = watcher.state
    edit(project, "mappings/harbour-2031.yaml", "action: ratfy", "action: ratify")

    assert ([str(finding) for finding in wrong.new], wrong.mended) == ([str(finding) for finding in wrong.findings], 0)
    assert (watcher.check().new, watcher.check().mended) == ((), 1)


def test_the_lock_is_written_where_that_is_wanted(project: Layout) -> None:
    """And only then; an anchor that fits nowhere leaves it alone."""
    edit(project, "mappings/harbour-2031.yaml", "De Ploegpartij … zijn.", "De Ploegpartij vindt … zijn.")
    without = check(project)
    with_it = Watcher(project, TEXTS, CACHE, anchor=True).check()
    edit(project, "mappings/harbour-2031.yaml", "De Ploegpartij vindt … zijn.", "De Hamerpartij … zijn.")
    wrong = Watcher(project, TEXTS, CACHE, anchor=True).check()

    assert [finding.code for finding in without.findings] == ["anchor-lock"]
    assert with_it.relocked == ("harbour-2031",)
    assert with_it.findings == ()
    assert wrong.relocked == ()
    assert "anchor-not-found" in {finding.code for finding in wrong.findings}


def test_only_what_was_saved_is_read_again(project: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other document is shown as it was, unless its findings are other ones now."""
    followed: list[list[str]] = []

    def following(mapped: Mapped, findings: tuple[Finding, ...], names: Names) -> Progress:
        followed[-1].append(mapped.slug)
        return progress(mapped, findings, names)

    monkeypatch.setattr(watching, "progress", following)
    watcher = Watcher(project, TEXTS, CACHE)
    states = []
    for file, old, new in (
        (REPLY, "respondsTo: harbour-2031/s002", "respondsTo: harbour-2031/s003"),
        (REPLY, "respondsTo: harbour-2031/s003", "respondsTo: harbour-2031/s002"),
        (HARBOUR, "- id: s002", "- id: s012"),
    ):
        followed.append([])
        edit(project, file, old, new)
        states.append(watcher.check())

    assert followed == [["harbour-2031", "reply-2032"], ["reply-2032"], ["harbour-2031", "reply-2032"]]
    assert document(states[1]) is document(states[0])
    shown = {finding for row in document(states[2], "reply-2032").rows for s in row.statements for finding in s.findings}
    assert {finding for finding in states[2].findings if finding.file == REPLY} == shown
    assert [finding.code for finding in shown] == ["unknown-slug"]


def test_a_new_name_is_proposed(project: Layout) -> None:
    """Names are read again when what is shared has changed."""
    delete_statement(project, "s003")
    watcher = Watcher(project, TEXTS, CACHE)
    before = document(watcher.check()).rows[4].proposals
    edit(project, "mappings/entities/agents.yaml", "altLabel: {nl: [de Ploeg]}", "altLabel: {nl: [de Ploeg, reddingsboten]}")

    after = document(watcher.check()).rows[4].proposals

    assert set(after) - set(before) == {Proposal("agent", "plough-party", "reddingsboten")}


def test_what_was_checked_before_is_shown_as_well(project: Layout) -> None:
    """Where the cache has the results, the documents are read for the page alone."""
    first = Watcher(project, TEXTS, CACHE).check()

    assert Watcher(project, TEXTS, CACHE).check().documents == first.documents


def test_a_cache_that_is_deleted_meanwhile(project: Layout) -> None:
    """A check makes it anew."""
    watcher = Watcher(project, TEXTS, CACHE)
    before = watcher.check()
    shutil.rmtree(CACHE)

    after = watcher.check()

    assert (after.error, after.findings, after.documents) == ("", before.findings, before.documents)


def test_an_error_does_not_end_the_watching(project: Layout) -> None:
    """It is shown, with the state before."""
    watcher = Watcher(project, TEXTS, CACHE)
    watcher.state = watcher.check()
    (project.ontology / "policy.ttl").unlink()

    state = watcher.check()

    assert "ontology/policy.ttl: no such file" in state.error
    assert len(state.documents) == 2


@pytest.mark.parametrize(
    "arguments, message",
    [
        ((), "this command reads the documents' texts: pass --sources DIR or set KG_SOURCES"),
        (("--sources", "queries"), "queries: there is no text of any document; name the folder with the texts"),
        (
            ("--sources", "texts", "absent"),
            'Error: there is no document "absent"; there are: harbour-2031, reply-2032',
        ),
        (
            ("--sources", "more", "harbour-203"),
            'Error: there is no document "harbour-203"; did you mean "harbour-2031"?',
        ),
        (
            ("--sources", "more", "harbour-2031", "reply-2032"),
            "Error: more: there is no harbour-2031.txt and no reply-2032.txt; put the text there",
        ),
    ],
)
def test_without_the_texts_it_does_not_start(project: Layout, arguments: tuple[str, ...], message: str) -> None:
    """There would be nothing to show."""
    Path("more").mkdir()
    Path("more/other.txt").write_text("x", encoding="utf-8")

    result = kg("watch", *arguments)

    assert result.exit_code == 2
    assert message in told(result)


def unread(project: Layout, sources: Path, *documents: str) -> tuple[State, State]:
    """The state of a watcher that has read the documents before, and that of one which has just begun."""
    watcher = Watcher(project, TEXTS, CACHE, documents)
    watcher.state = watcher.check()
    watcher.sources = sources
    return watcher.check(), Watcher(project, sources, CACHE, documents).check()


def alerts(html: str) -> list[str]:
    """What the page says aloud."""
    return re.findall(r'role="alert">(.*)</p>', html)


def listed(html: str) -> list[str]:
    """The findings of a page that can be seen without a click."""
    shown = "".join(re.findall(r"<details id=\"\w+\" open>(.*?)</details>", html, re.DOTALL))
    return [" ".join(re.sub("<[^>]*>", "", item).split()) for item in re.findall(r"<li class=.*?</li>", shown)]


def test_a_document_with_a_mistake_in_its_yaml_stays(project: Layout) -> None:
    """The page says what is wrong and where, above the state before; at the first check there is none."""
    watcher = Watcher(project, TEXTS, CACHE)
    watcher.state = watcher.check()
    edit(project, "mappings/harbour-2031.yaml", "  kind: Principle\n", '  kind: "Principle\n')

    later, first = page(watcher.check(), "harbour-2031", "en"), page(check(project), "harbour-2031", "en")

    finding = (
        "mappings/harbour-2031.yaml:15:9 YAML syntax: the quote opened here is closed only at line 74; "
        "close the quote or bracket where its text ends"
    )
    assert alerts(later) == ["This document cannot be read now. The findings say why; below them is the state before."]
    assert alerts(first) == ["This document cannot be read now. The findings say why."]
    assert listed(later) == listed(first) == [finding]
    assert "Harbours belong to nobody in particular." in later
    assert 'class="row' not in first
    assert [">harbour-2031</a>" in html for html in (later, first)] == [True, True]


def test_an_open_page_hears_of_a_mistake_in_the_yaml(project: Layout) -> None:
    """It asks for itself again after each check, and gets the finding."""
    with watched(project) as (watcher, port):
        edit(project, "mappings/harbour-2031.yaml", "  kind: Principle\n", '  kind: "Principle\n')
        watcher.state = watcher.check()
        status, _, html = get(port, "/harbour-2031?lang=nl")

    assert status == 200
    assert 'data-number="2"' in html
    assert alerts(html) == [
        "Dit document kan nu niet worden gelezen. De bevindingen zeggen waarom; daaronder staat de vorige stand."
    ]


def test_a_text_that_is_gone_changed_or_of_another_encoding(project: Layout, tmp_path: Path) -> None:
    """The document stays on the page, with the cause; one that never had a text, and was not asked for, is not there."""
    sources = tmp_path / "sources"
    sources.mkdir()
    text = sources / "harbour-2031.txt"
    found = {}
    for case, content in (("gone", None), ("changed", b"Een andere tekst.\n"), ("latin", b"Caf\xe9.\n")):
        if content is not None:
            text.write_bytes(content)
        later, first = unread(project, sources, "harbour-2031")
        assert listed(page(later, "harbour-2031", "en")) == listed(page(first, "harbour-2031", "en"))
        assert "Harbours belong to nobody in particular." in page(later, "harbour-2031", "en")
        found[case] = [str(finding) for finding in first.findings]

    name = project.name(text)
    assert found["gone"] == [f"{name}:1:1: harbour-2031 there is no such text; put the document's text there"]
    assert found["changed"] == [
        (
            "mappings/documents.yaml:13:11: harbour-2031 "
            f"{text}: sha256 of the normalised text is 52310d4d76c81a8b60d726cebd49c0cecdca1bd8fd83faa8e3a0b0e034e2a54a, the catalogue has "
            "6c82c1d667f4507d286d7d0561c77611178c232592d581054a366717d38f1abb; this is another version of the document: "
            "find the coded one, or code the new one as a document of its own; if only mistakes were mended in it, write this sha256 "
            'and `characters: "17"` into the catalogue, and run `kg anchor`'
        )
    ]
    assert found["latin"] == [f"{name}:1:1: harbour-2031 not UTF-8 at byte 3; save the file as UTF-8"]
    assert Watcher(project, sources, CACHE).check().slugs == ["harbour-2031"]


def test_a_mapping_file_that_is_gone(project: Layout) -> None:
    """One that was asked for is missed."""
    (project.mappings / "reply-2032.yaml").unlink()

    state = Watcher(project, TEXTS, CACHE, ("reply-2032",)).check()

    assert (
        "mappings/reply-2032.yaml:1:1: reply-2032 there is no such file; bring it back, or begin the document with `kg new`"
        in map(str, state.findings)
    )
    assert alerts(page(state, "reply-2032", "en")) == ["This document cannot be read now. The findings say why."]


@pytest.mark.parametrize("file", ["mappings/harbour-2031.yaml", "mappings/entities/agents.yaml", "mappings/context.yaml"])
def test_what_cannot_be_seen_is_not_mended(project: Layout, file: str) -> None:
    """While a file cannot be read, the findings that it hides are not gone; read again, they are not new."""
    edit(project, "mappings/harbour-2031.yaml", "action: ratify", "action: ratfy")
    edit(project, "mappings/harbour-2031.yaml", "affected: fishers", "affected: fihsers")
    watcher = Watcher(project, TEXTS, CACHE)
    counts = []
    whole = (project.root / file).read_text(encoding="utf-8")
    for content in (whole, f"x: [\n{whole}", whole, whole.replace("action: ratfy", "action: ratify")):
        (project.root / file).write_text(content, encoding="utf-8")
        watcher.state = watcher.check()
        counts.append((len(watcher.state.new), watcher.state.mended))

    mended = 1 if file == "mappings/harbour-2031.yaml" else 0
    assert counts == [(0, 0), (1, 0), (0, 1), (0, mended)]


@contextmanager
def watched(project: Layout, *documents: str) -> Iterator[tuple[Watcher, int]]:
    """A watcher that has checked once, with its page on a free port."""
    watcher = Watcher(project, TEXTS, CACHE, documents)
    watcher.state = watcher.check()
    with serving(watcher, 0) as address:
        yield watcher, int(address.rstrip("/").rpartition(":")[2])


def get(port: int, path: str, **headers: str) -> tuple[int, dict[str, str], str]:
    """Status, headers and body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", path, headers={"Connection": "close", **headers})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read().decode()
    finally:
        connection.close()


def test_the_page_shows_what_covers_the_text(project: Layout) -> None:
    """The sentence, the statement with its summary, what is not covered, and a proposal; in both languages."""
    delete_statement(project, "s003")
    with watched(project) as (_, port):
        status, headers, english = get(port, "/harbour-2031?lang=en")
        _, _, dutch = get(port, "/harbour-2031", **{"Accept-Language": "nl-BE,nl;q=0.9,en;q=0.8"})

    assert status == 200
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'; script-src 'self'")
    assert '<html lang="en">' in english
    assert "De Ploegpartij vindt dat havens van iedereen zijn." in english
    assert "Harbours belong to nobody in particular." in english
    assert "not covered" in english
    assert "mentions: [verland, fish-agreement]" in english
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in english
    assert '<html lang="nl">' in dutch
    assert "Havens horen niemand in het bijzonder toe." in dutch
    assert "niet gedekt" in dutch


def test_the_buttons_say_what_they_do(project: Layout) -> None:
    """A word of the page may have the name of a method of dictionaries; no text of the page is such a method."""
    delete_statement(project, "s003")
    state = check(project)
    pages = {tag: page(state, "harbour-2031", tag) for tag in ("nl", "en")}

    labels = {tag: re.findall(r'<button type="button" class="copy" hidden>(.*?)</button>', html) for tag, html in pages.items()}

    assert labels == {"nl": ["Kopieer", "Kopieer"], "en": ["Copy", "Copy"]}
    assert [html for html in pages.values() if "method" in html] == []


def test_the_page_escapes_what_is_written(project: Layout) -> None:
    """A summary is text."""
    edit(project, "mappings/harbour-2031.yaml", "en: Harbours belong to nobody in particular.", 'en: "<script>x</script>"')

    html = page(check(project), "harbour-2031", "en")

    assert "&lt;script&gt;x&lt;/script&gt;" in html
    assert html.count("<script") == 1


def test_style_and_script_come_from_the_page_itself(project: Layout) -> None:
    """No other host."""
    with watched(project) as (_, port):
        found = {path: get(port, path)[1]["Content-Type"] for path in ("/watch.css", "/watch.js")}
        html = get(port, "/")[2]

    assert found == {"/watch.css": "text/css; charset=utf-8", "/watch.js": "text/javascript; charset=utf-8"}
    assert re.findall(r'(?:src|href)="(https?:[^"]*)"', html) == []


def test_only_this_machine_and_only_under_its_own_name(project: Layout) -> None:
    """Another host name leads nowhere, so that no page elsewhere can read the text."""
    with watched(project) as (_, port):
        other = get(port, "/harbour-2031", Host="evil.example")
        absent = get(port, "/absent")

    assert other[0] == 403
    assert "havens" not in other[2]
    assert absent[0] == 404
    assert alerts(absent[2]) == ["There is no such document; choose one above."]


def test_before_the_first_check_and_without_documents(project: Layout) -> None:
    """The page says what it waits for."""
    assert "The first check is running" in page(State(0), "harbour-2031", "en")
    assert "Er is nog geen document met een tekst." in page(State(1), "", "nl")
    assert alerts(page(State(1, error="a < b"), "", "en")) == ["Nothing could be checked.<br>a &lt; b"]
    assert "No findings" not in page(State(1, error="a < b"), "", "en")


def test_an_event_for_each_check(project: Layout) -> None:
    """The browser hears of it, and that the watching has ended."""
    with watched(project) as (watcher, port):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        connection.request("GET", "/events")
        answer = connection.getresponse()
        first = answer.fp.readline(), answer.fp.readline()
        with watcher.changed:
            watcher.state = State(2)
            watcher.changed.notify_all()
        second = answer.fp.readline()
    rest = answer.read()
    connection.close()

    assert answer.getheader("Content-Type") == "text/event-stream; charset=utf-8"
    assert (first, second) == ((b"data: 1\n", b"\n"), b"data: 2\n")
    assert rest.endswith(b"\n")


def test_a_port_that_is_taken(project: Layout) -> None:
    """Named, with the remedy."""
    with watched(project) as (_, port):
        result = kg("watch", "--sources", "texts", "--port", str(port))

    assert result.exit_code == 2
    assert f"port {port} cannot be listened on" in told(result)


def test_watching_checks_again_after_a_save(project: Layout) -> None:
    """A changed file is seen, whatever else happens; the watching ends when it should."""
    states: list[State] = []
    watcher = Watcher(project, TEXTS, CACHE)

    def tell(state: State) -> None:
        states.append(state)
        if len(states) == 1:
            edit(project, "mappings/harbour-2031.yaml", "action: ratify", "action: ratfy")
        else:
            watcher.end()

    thread = threading.Thread(target=watcher.run, args=(tell,))
    thread.start()
    thread.join(timeout=60)

    assert not thread.is_alive()
    assert [len(state.findings) for state in states] == [0, 1]
    assert states[1].findings[0].message.startswith('action: "ratfy" is not a declared action')


def test_the_command_prints_findings_and_ends_cleanly(project: Layout) -> None:
    """At once and after a save; SIGINT ends it with status 0."""
    edit(project, "mappings/harbour-2031.yaml", "action: ratify", "action: ratfy")
    delete_statement(project, "s007")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "kg", "watch", "harbour-2031", "--port", "0", "--sources", "texts", "--anchor"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        try:
            until(running, r"page: http://127\.0\.0\.1:\d+/harbour-2031$")
            until(running, r"harbour-2031: anchor lock written$")
            until(running, r"\d\d:\d\d:\d\d 1 violation, 1 warning; harbour-2031 1 of 9 sentences to code$")
            edit(project, "mappings/harbour-2031.yaml", "action: ratfy", "action: ratify")
            until(running, r"1 warning \(0 new, 1 mended\); harbour-2031 1 of 9")
            edit(project, "mappings/harbour-2031.yaml", "affected: fishers", "affected: fihsers")
            until(running, r"1 violation, 1 warning \(1 new, 0 mended\); harbour-2031 1 of 9")
        finally:
            running.send_signal(signal.SIGINT)
            output, _ = running.communicate(timeout=30)

    assert running.returncode == 0
    assert 'action: "ratfy" is not a declared action; did you mean "ratify"?' in output
    assert "Traceback" not in output
    lines = output.splitlines()
    at = lines.index("new:")
    assert "1 sentence is not accounted for" in lines[at - 1]
    assert 'affected: "fihsers" is not a declared' in lines[at + 1]


def until(running: subprocess.Popen[str], pattern: str) -> None:
    """Read lines of the errors up to one that matches; the process is killed if that takes a minute."""
    assert running.stderr is not None
    watchdog = threading.Timer(60, running.kill)
    watchdog.start()
    try:
        for line in running.stderr:
            if re.search(pattern, line.rstrip()):
                return
    finally:
        watchdog.cancel()
    pytest.fail(f"no line matches {pattern}")
