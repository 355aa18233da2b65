"""Give the present state a version: decide it by what changed, and write it where it stands.

In: the project, and the release before. Out: a :class:`Plan`: the version, the changelog entry, and the files with their new content. Nothing
is written here. A date comes in only here; builds know none.
"""

import re
import subprocess
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from kg import __version__, changelog
from kg.citation_file import read_citation_file, stated
from kg.diff.changes import Difference, Status, ThingChange, compare
from kg.diff.inputs import Side, read_side
from kg.diff.words import counted
from kg.errors import FindingsError, InputError, ReleaseError, Severity, UsageError
from kg.mappings.layout import Layout
from kg.mappings.words import first_of
from kg.namespaces import ID, ONTOLOGY, POL, PREFIXES, graph_iri, ontology_version_iri
from kg.release import Checked, check, content_version
from kg.versioning import Level, Version, data_level, ontology_level

_MOST: Final = 60
"""Names that one line of the changelog lists; a longer list says how many more there are."""
_INPUTS: Final = ("ontology", "mappings", "queries", "kg", "CHANGELOG.md", "CITATION.cff")
_INFO: Final = f"{PREFIXES['owl']}versionInfo"
_VERSION_IRI: Final = f"{PREFIXES['owl']}versionIRI"
_NOT_COMPARED: Final = ("description",)


@dataclass(frozen=True)
class Plan:
    """What a release would write.

    :ivar version: of the release, by which it is cited
    :ivar content_version: of the build of this state, once the files are written
    :ivar entry: of the changelog
    :ivar files: new content by path
    :ivar uncommitted: files that differ from what is committed, which a release refuses
    :ivar is_released: whether this state has that version already, so that there is nothing to write
    """

    version: str
    content_version: str
    entry: str = ""
    files: dict[Path, str] = field(default_factory=dict)
    uncommitted: tuple[str, ...] = ()
    is_released: bool = False


def plan(
    layout: Layout,
    build_dir: Path,
    sources: Path | None = None,
    *,
    previous: str | None,
    date: str,
    wanted: str | None = None,
) -> Plan:
    """Find out what a release of the present state would be.

    :param previous: the release before, as :func:`~kg.diff.inputs.read_side` takes it
    :param date: YYYY-MM-DD
    :param wanted: version to give, not lower than what the changes ask for
    :raises FindingsError: if there is a violation
    :raises ReleaseError: if a statement is gone without a tombstone, or a file cannot be edited
    :raises InputError: if it is not known what to compare with, or a version is none
    :raises UsageError: if the wanted version is too low
    """
    layout.require()
    cited = read_citation_file(layout.citation)
    log_path = layout.root / "CHANGELOG.md"
    log = changelog.parse(log_path.read_text(encoding="utf-8") if log_path.exists() else "# Changelog\n")
    checked = check(layout, sources)
    if any(finding.severity is Severity.VIOLATION for finding in checked.findings):
        raise FindingsError(checked.findings)
    present = content_version(checked, layout)
    if cited.date and log.last_release == present:
        return Plan(cited.version, present, is_released=True)
    old_version = Version.parse(cited.version, f"{layout.name(layout.citation)}: version")
    before = _previous(previous, log.last_release, build_dir, released=bool(cited.date))
    ontology_text = (layout.ontology / "policy.ttl").read_text(encoding="utf-8")
    ontology = Version.parse(_stated_version(ontology_text), "ontology/policy.ttl: owl:versionInfo")
    new = Side.of("the present state", checked.dataset.quads)
    if before is None:
        difference, version = None, old_version
    else:
        difference = compare(_without_version(before), _without_version(new), _NOT_COMPARED)
        _require_tombstones(difference)
        ontology = _next_ontology(ontology, before, difference)
        version = old_version.raised(max(data_level(difference), Level.PATCH))
    if wanted is not None:
        chosen = Version.parse(wanted, "--version")
        if chosen < version:
            raise UsageError(f"--version {wanted}: the changes since {old_version} ask for {version} or higher")
        version = chosen

    citation_text = stated(layout.citation.read_text(encoding="utf-8"), str(version), date)
    _state_ontology_version(checked, str(ontology))
    content = content_version(checked, layout, citation_text.encode())
    about = f"Code {__version__}, ontology {ontology}; release `{content}`{_since(cited.version, before)}."
    generated = _generated(difference, new)
    entry = changelog.entry(f"{version}, {date}", about, log.open_parts, generated)
    files = {
        layout.ontology / "policy.ttl": _with_version(ontology_text, str(ontology)),
        layout.citation: citation_text,
        log_path: log.with_entry(entry),
    }
    changed = {path: text for path, text in files.items() if not path.exists() or path.read_text(encoding="utf-8") != text}
    return Plan(str(version), content, entry, changed, _uncommitted(layout))


def require_committed(made: Plan) -> None:
    """A version names one state, so that state must be in the history.

    :raises ReleaseError: if a file differs from what is committed
    """
    if made.uncommitted:
        raise ReleaseError(
            f"files are not committed: {', '.join(made.uncommitted)}; commit them first, or pass --allow-dirty; "
            "--dry-run shows what a release would be"
        )


def _previous(given: str | None, last: str, build_dir: Path, *, released: bool) -> Side | None:
    """The release before; none if nothing was released."""
    if given is not None:
        if not released:
            raise UsageError(
                f"--previous {given}: CITATION.cff has no date-released, so nothing was released yet; leave --previous out for the first"
            )
        return read_side(given, build_dir)
    if not released:
        return None
    if last and (build_dir / "releases" / last).is_dir():
        return read_side(last, build_dir)
    named = (
        f"release {last}, which the changelog names, is not in {build_dir}" if last else "the changelog names no release before"
    )
    raise InputError(f"{named}; say what to compare with by --previous, a version, a directory or a dump file (.nq.gz)")


def _uncommitted(layout: Layout) -> tuple[str, ...]:
    """Files of which a release is made and that differ from what is committed; without git nothing is known of that."""
    command = ["git", "-C", str(layout.root), "status", "--porcelain", "--", *_INPUTS]
    try:
        run = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - constant but for the root
    except OSError:
        return ()  # no git
    return tuple(line[3:] for line in run.stdout.splitlines()) if run.returncode == 0 else ()


def _require_tombstones(difference: Difference) -> None:
    """An id that somebody may have cited does not vanish.

    :raises ReleaseError: if a statement did
    """
    lost = [thing.name for thing in difference.of("statement", Status.LOST)]
    if lost:
        raise ReleaseError(
            f"{len(lost)} statement(s) are gone since {difference.old.name}: {_listed(lost)}; list them under `withdrawn:` of their "
            "document, with what replaces them, or bring them back"
        )


def _next_ontology(stated_now: Version, before: Side, difference: Difference) -> Version:
    """The version that the changes of terms ask for, or the one that is stated, if that is higher."""
    old = [q.object.value for q in before.quads if _states_version(q, _INFO) and isinstance(q.object, ox.Literal)]
    base = Version.parse(old[0], f"{before.name}: owl:versionInfo of the ontology") if old else stated_now
    return max(stated_now, base.raised(ontology_level(difference)))


def _states_version(quad: ox.Quad, *predicates: str) -> bool:
    return quad.subject == ox.NamedNode(ONTOLOGY) and quad.predicate.value in predicates


def _without_version(side: Side) -> Side:
    """A side without the ontology's own version, which is decided here and no change."""
    kept = frozenset(quad for quad in side.quads if not _states_version(quad, _INFO, _VERSION_IRI))
    return Side(side.name, side.version, kept)


def _state_ontology_version(checked: Checked, version: str) -> None:
    """Let the quads say the version that the file is going to say."""
    graph = ox.NamedNode(graph_iri("vocabulary"))
    ontology = ox.NamedNode(ONTOLOGY)
    quads = [quad for quad in checked.dataset.quads if not _states_version(quad, _INFO, _VERSION_IRI)]
    quads.append(ox.Quad(ontology, ox.NamedNode(_INFO), ox.Literal(version), graph))
    quads.append(ox.Quad(ontology, ox.NamedNode(_VERSION_IRI), ox.NamedNode(ontology_version_iri(version)), graph))
    checked.dataset.quads[:] = quads


_INFO_LINE: Final = re.compile(r'owl:versionInfo "([^"]*)"')
_IRI_LINE: Final = re.compile(r"\bowl:versionIRI <[^>]*>")


def _stated_version(text: str) -> str:
    found = _INFO_LINE.findall(text)
    if len(found) != 1:
        raise ReleaseError(f'ontology/policy.ttl: expected owl:versionInfo "…" once, found it {len(found)} times')
    return str(found[0])


def _with_version(text: str, version: str) -> str:
    """The ontology's text with its version; all else stays as it was written."""
    iri = f"owl:versionIRI <{ontology_version_iri(version)}>"
    info = f'owl:versionInfo "{version}"'
    if _IRI_LINE.search(text):
        return _INFO_LINE.sub(info, _IRI_LINE.sub(iri, text))
    return _INFO_LINE.sub(f"{iri} ;\n    {info}", text)


def _since(version: str, before: Side | None) -> str:
    """What it was compared with."""
    if before is None:
        return ""
    return f"; compared with {version}{f', release `{before.version}`' if before.version else ''}"


def _generated(difference: Difference | None, new: Side) -> dict[str, list[str]]:
    """Lines of the parts on ontology and data."""
    if difference is None:
        return {"Data": [_first(new)]}
    ontology = [*_by_status(difference.of("term"), "Terms"), *_by_status(difference.of("concept"), "Concepts")]
    data = []
    statements_changed = difference.of("statement")
    if statements_changed:
        data.append(f"Statements: {counted(statements_changed)}.")
    for document, things in groupby(statements_changed, key=lambda thing: thing.document):
        data.append(f"`{document}`: {'; '.join(_parts_of(list(things), short=True))}.")
    data += _by_status(difference.of("document"), "Documents")
    data += _by_status(difference.of("entity"), "Entities")
    if difference.links:
        added = sum(link.added for link in difference.links)
        data.append(f"Links to open data: {added} added, {len(difference.links) - added} removed.")
    added, removed = difference.count("inferred")
    if added or removed:
        data.append(f"Inferred triples: {added:,} added, {removed:,} removed.")
    return {"Ontology": ontology, "Data": data}


def _first(new: Side) -> str:
    """The documents of a first release, with the number of statements of each."""
    stated_in = (quad.object for quad in new.quads if quad.predicate.value == f"{POL}statedIn")
    counts = Counter(document.value for document in stated_in if isinstance(document, ox.NamedNode))
    number = f"{len(counts):,} document{'' if len(counts) == 1 else 's'}"
    named = [f"`{document.removeprefix(f'{ID}document/')}` ({count:,})" for document, count in sorted(counts.items())]
    return f"First release: {counts.total():,} statements in {number}: {first_of(named, _MOST)}."


def _by_status(things: Sequence[ThingChange], head: str) -> list[str]:
    return [f"{head}: {'; '.join(_parts_of(things, short=False))}."] if things else []


def _parts_of(things: Sequence[ThingChange], *, short: bool) -> list[str]:
    """``added s009; changed s001 (summary)``."""
    parts = []
    for status in Status:
        names = [_named(thing, short=short) for thing in things if thing.status is status]
        if names:
            parts.append(f"{'removed' if status is Status.LOST else status.value} {_listed(names)}")
    return parts


def _named(thing: ThingChange, *, short: bool) -> str:
    name = thing.name.rpartition("/")[2] if short else f"`{thing.name}`"
    if thing.replaced_by:
        return f"{name} (replaced by {', '.join(thing.replaced_by)})"
    if thing.properties:
        return f"{name} ({', '.join(dict.fromkeys(change.path for change in thing.properties))})"
    return name


def _listed(names: Iterable[str]) -> str:
    names = list(names)
    more = f" and {len(names) - _MOST} more, which `kg diff` lists" if len(names) > _MOST else ""
    return f"{', '.join(names[:_MOST])}{more}"
