"""Documents one at a time give what all of them at once give, and what is kept from an earlier run is never trusted blindly."""

import pickle
from pathlib import Path

import pytest

from kg import release
from kg.errors import Finding, ReleaseError, Severity
from kg.mappings.layout import Layout
from kg.processors import processors
from kg.scale import steps
from kg.scale.cache import Cache, key_of
from kg.scale.executor import InProcess, Processes, executor
from tests.defects import HARBOUR, REPLY
from tests.project import ROOT, TEXTS, edit

EDITS = {
    "nothing": (HARBOUR, "", ""),
    "a summary": (HARBOUR, "Harbours belong to nobody", "Harbours are owned by nobody"),
    "a relation across documents": (REPLY, "respondsTo: harbour-2031/s002", "respondsTo: harbour-2031/s003"),
    "a relation to nothing": (REPLY, "respondsTo: harbour-2031/s002", "respondsTo: harbour-2031/s099"),
    "a document that cannot be read": (HARBOUR, "topics: [treaties, fishing]", "topics: [treaties, fishing"),
    "a warning of a shape": (HARBOUR, "  addressee: elland\n  addresseeExplicit: true\n  action: ratify", "  action: ratify"),
    "an entity": ("mappings/entities/agents.yaml", "https://example.org/plough", "https://example.org/ploughs"),
    "a shape": ("ontology/shapes/statement.ttl", "add `speaker:` with the slug of an agent", "add `speaker:`"),
    "a shape by which a key has no place": (
        "ontology/shapes/statement.ttl",
        "sh:path pol:frame ;",
        "sh:path pol:frame ; sh:maxCount 0 ;",
    ),
    "the context": ("mappings/context.yaml", "  start: {", '  beginning: {"@id": oa:start, "@type": xsd:integer}\n  start: {'),
    "a rule": (
        "ontology/rules/attribution.rq",
        "?statement pol:coding ?coding .",
        "?statement pol:coding ?coding ; pol:speaker ?coder .",
    ),
    "a check": ("ontology/checks/untranslated-summary.rq", "are the same text", "are one text"),
}


def test_without_a_number_there_are_as_many_processes_as_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that this process may use, by the same count that a server goes by."""
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 3, 5}, raising=False)
    monkeypatch.setattr("kg.processors._QUOTAS", ())
    default = executor()
    assert isinstance(default, Processes)
    assert default.number == processors() == 3
    monkeypatch.setattr("kg.scale.executor.processors", lambda: 1)
    assert isinstance(executor(), InProcess)


def both(layout: Layout, cache: Cache, sources: Path | None = TEXTS) -> tuple[object, object]:
    """Findings and results by the two ways."""
    whole = release.check(layout, sources)
    apart = steps.judge(layout, cache, InProcess(), sources, query_findings=release.query_findings)
    return (whole.findings, whole.validation), (apart.findings, apart.validation)


def change(layout: Layout, name: str) -> None:
    """Make one of the edits."""
    file, old, new = EDITS[name]
    if old:
        edit(layout, file, old, new)


@pytest.mark.parametrize("name", EDITS)
def test_one_at_a_time_gives_the_same_findings(project: Layout, tmp_path: Path, name: str) -> None:
    """Before the edit, after it with what was kept, and after it with nothing kept."""
    kept = Cache(tmp_path / "cache")
    before, apart_before = both(project, kept)
    change(project, name)

    after, apart_after = both(project, kept)

    assert apart_before == before
    assert apart_after == after
    assert both(project, Cache(tmp_path / "other"))[1] == after


def test_the_published_documents_have_the_same_findings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All five, in two processes."""
    monkeypatch.chdir(ROOT)
    layout = Layout(Path())

    apart = steps.judge(layout, Cache(tmp_path), Processes(2), query_findings=release.query_findings)

    assert apart.findings == release.check(layout).findings


@pytest.mark.parametrize(
    "old, new, again", [("ratify the Fair", "approve the Fair", False), ("stance: supports", "stance: opposes", True)]
)
def test_a_text_does_not_concern_those_who_refer_to_it(
    project: Layout, tmp_path: Path, old: str, new: str, *, again: bool
) -> None:
    """The document that answers a statement is judged again if something else is said of that, and not for its summary."""

    def judged() -> str:
        return steps.judge(project, Cache(tmp_path), InProcess(), TEXTS).documents["reply-2032"].judged

    before = judged()
    edit(project, HARBOUR, old, new)

    assert (judged() != before) is again


def test_what_is_kept_is_read_again(tmp_path: Path) -> None:
    """The parts of a result, each by its name."""
    cache = Cache(tmp_path)
    cache.write("k", {"one": b"1", "two": {"a": frozenset({("b", 2)})}})

    assert cache.holds("k")
    assert cache.read("k", "two", "one") == [{"a": frozenset({("b", 2)})}, b"1"]
    assert not cache.holds("other")


@pytest.mark.parametrize("damage", ["cut", "flipped", "foreign", "empty", "renamed"])
def test_what_is_damaged_is_not_there(tmp_path: Path, damage: str) -> None:
    """A file of the cache that is not as it was written is removed."""
    cache = Cache(tmp_path)
    cache.write("k", {"one": b"1" * 1000})
    cache.write("other", {"one": b"2"})
    data = cache.path("k").read_bytes()
    changed = {
        "cut": data[:-1],
        "flipped": data[:-3] + bytes([data[-3] ^ 1]) + data[-2:],
        "foreign": pickle.dumps({"one": b"1"}),
        "empty": b"",
        "renamed": cache.path("other").read_bytes(),
    }
    cache.path("k").write_bytes(changed[damage])

    later = Cache(tmp_path)
    with pytest.raises(ReleaseError, match="Run the command again"):
        later.read("k", "one")
    assert not later.holds("k")
    assert not later.path("k").exists()


def test_a_foreign_file_runs_no_code(tmp_path: Path) -> None:
    """A file with right hashes that would call something when it is read."""

    class Call:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return Path.touch, (tmp_path / "called",)  # type: ignore[return-value]

    cache = Cache(tmp_path)
    cache.write("k", {"one": Call()})

    with pytest.raises(ReleaseError, match="has no place in a cache"):
        cache.read("k", "one")
    assert not (tmp_path / "called").exists()


def test_a_result_can_be_read_whatever_python_wrote_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before 3.11.4, a member of an enumeration was written as a call of a function, which no result may have."""

    def as_before(self: Severity, _: object) -> tuple[object, tuple[object, ...]]:
        return getattr, (type(self), self.name)

    monkeypatch.setattr(Severity, "__reduce_ex__", as_before)
    cache, finding = Cache(tmp_path), Finding("f", 1, 1, "code", "message", "", Severity.WARNING)
    cache.write("0" * 64, {"findings": [finding]})

    assert cache.read("0" * 64, "findings") == [[finding]]


def test_a_cache_stays_small(tmp_path: Path) -> None:
    """What was not used for the longest time goes first, and what was used now stays."""
    first = Cache(tmp_path)
    for name in ("old", "new", "used"):
        first.write(name, {"one": name.encode() * 100})
    (tmp_path / ".k-999999999-0").write_bytes(b"left by a killed process")
    (tmp_path / ".together-999999999-x").mkdir()
    (tmp_path / ".together-999999999-x" / "000009.sst").write_bytes(b"of its store")
    now = Cache(tmp_path)
    assert now.holds("used")

    now.prune(most_bytes=1)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["used.part"]


def test_a_key_depends_on_each_part() -> None:
    """Parts do not run into each other."""
    assert key_of("ab", "c") != key_of("a", "bc")
    assert key_of("a", b"b") == key_of(b"a", "b")
