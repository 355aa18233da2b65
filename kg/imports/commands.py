"""What the command ``kg import`` does: add an import, take one out, list them, and carry them over to a new release.

In: paths and names. Out: the release that ``build/current`` then points at. Next: :mod:`kg.cli`. One symlink decides which imports there are:
those of the release that it points at. A process that is killed leaves the release that served.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from kg import atomic
from kg.errors import FindingsError, PolicyKgError, ReleaseError, UsageError
from kg.graph import from_jsonld
from kg.imports.checks import apart, conforms, shapes_of
from kg.imports.cube import Cube, make_cube
from kg.imports.derived import GRAPH_FILE, Prepared, base_of, derive, digest_of, graph_bytes, imports_of, names_of
from kg.imports.entities import Entities
from kg.imports.mapping import read_mapping
from kg.imports.model import ImportMapping
from kg.imports.table import read_table
from kg.mappings.layout import Layout
from kg.reader import Reader
from kg.store import Release, current_release, open_release

MAPPING_FILE: Final = "mapping.yaml"
REPORT_FILE: Final = "report.txt"


@dataclass(frozen=True)
class Added:
    """An import that was added, or could be.

    :ivar report: what was taken and what was left out, for people
    :ivar release: the release that serves now; None if nothing was written
    """

    manifest: dict[str, Any]
    report: str
    release: Path | None


def add(file: Path, build_dir: Path, *, only_check: bool = False) -> Added:
    """Read, convert and validate a table, and let ``current`` point at a release that has its graph.

    An import of the same name is replaced.

    :raises FindingsError: if anything is wrong with mapping or table; then nothing is written
    :raises ReleaseError: if there is no release, or a build is running
    """
    name = Layout(Path()).name(file)
    mapping, findings = read_mapping(file, name)
    if mapping is None:
        raise FindingsError(tuple(findings))
    if only_check:
        release = current_release(build_dir)
        one = _prepare(mapping, base_of(release), _namespaces(imports_of(release, mapping.name)))
        return Added(one.manifest, one.files[REPORT_FILE].decode(), None)
    current_release(build_dir)  # before a lock makes a directory where there is none
    with atomic.exclusive(build_dir):
        release = current_release(build_dir)
        base, others = base_of(release), imports_of(release, mapping.name)
        one = _prepare(mapping, base, _namespaces(others))
        made = derive(base, [*others, one])
        _point(build_dir, made)
    return Added(one.manifest, one.files[REPORT_FILE].decode(), made)


def remove(name: str, build_dir: Path) -> Path:
    """Let ``current`` point at a release without an import.

    :returns: that release
    :raises UsageError: if there is no such import; the message names those that there are
    """
    current_release(build_dir)
    with atomic.exclusive(build_dir):
        release = current_release(build_dir)
        names = names_of(release)
        if name not in names:
            there = f"there are: {', '.join(names)}" if names else "there is none"
            raise UsageError(f'the release {release.version} has no import "{name}"; {there}')
        made = derive(base_of(release), imports_of(release, name))
        _point(build_dir, made)
    return made


def listed(build_dir: Path) -> list[dict[str, Any]]:
    """The imports of the current release, as its ``release.json`` has them."""
    return list(current_release(build_dir).description.get("imports", []))


def carried(build_dir: Path) -> Callable[[Path], Path]:
    """What :func:`kg.release.build` makes of a new release before ``current`` moves: the same with the imports of the current one.

    Tables are converted anew, since the entities may have changed.

    :returns: raises ReleaseError if an import does not fit any more; then ``current`` stays where it is
    """

    def carry(made: Path) -> Path:
        try:
            release = current_release(build_dir)
        except ReleaseError:  # there is none, or it is broken, which the build mends
            return made
        base, imports, before = open_release(made), [], imports_of(release)
        for one in before:
            try:
                mapping = _kept(one, release)
                imports.append(_prepare(mapping, base, _namespaces(other for other in before if other is not one)))
            except FindingsError as error:
                wrong = "\n".join(f"  {finding}" for finding in error.findings)
                message = (
                    f"{build_dir / 'current'} was left as it is: the import {one.name} does not fit release {base.version}.\n{wrong}\n"
                    f"Take it out with `kg import --remove {one.name}`, run `kg build` again, and import it anew when it is mended."
                )
                raise ReleaseError(message) from error
        return derive(base, imports)

    return carry


def _kept(one: Prepared, release: Release) -> ImportMapping:
    """The mapping of an import as its release keeps it, with the table and the shapes that lie beside it."""
    folder = release.path / "imports" / one.name
    file = folder / MAPPING_FILE
    mapping, findings = read_mapping(file, Layout(Path()).name(file))
    if mapping is None:
        raise FindingsError(tuple(findings))
    shapes = tuple(folder / f"shapes-{number}.ttl" for number in range(1, len(mapping.shapes) + 1))
    return replace(mapping, table=folder / f"table{mapping.table.suffix}", shapes=shapes)


def _prepare(mapping: ImportMapping, base: Release, others: dict[str, str]) -> Prepared:
    """Everything of an import but what is written."""
    reader = Reader(base)
    wrong = apart(mapping, reader, others)
    table, findings = read_table(mapping, Layout(Path()).name(mapping.table))
    wrong += findings
    if table is None:
        raise FindingsError(tuple(sorted(wrong)))
    collections = {column.collection for column in mapping.columns if column.entity}
    cube = make_cube(mapping, table, {collection: Entities(reader, collection) for collection in collections})
    wrong += cube.trace.findings
    triples = from_jsonld({"@graph": cube.nodes})
    if not wrong:
        if len(set(triples)) != cube.values:
            raise PolicyKgError(
                f"{mapping.file}: {cube.values} values became {len(set(triples))} triples; this is a defect of kg, please report it"
            )
        wrong += conforms(mapping, cube, triples, reader)
    if not wrong and not cube.observations:
        wrong.append(mapping.table_place.finding("import-table", "no row became an observation: all are left out"))
    if wrong:
        raise FindingsError(tuple(sorted(set(wrong))))
    files = {
        MAPPING_FILE: mapping.file.read_bytes(),
        f"table{mapping.table.suffix}": mapping.table.read_bytes(),
        GRAPH_FILE: graph_bytes(triples, mapping.graph),
        "shapes.ttl": shapes_of(mapping).encode(),
        REPORT_FILE: _report(mapping, cube, len(triples)).encode(),
        **{f"shapes-{number}.ttl": path.read_bytes() for number, path in enumerate(mapping.shapes, 1)},
    }
    manifest = {
        "name": mapping.name,
        "graph": mapping.graph,
        "namespace": mapping.namespace,
        "title": mapping.title,
        "observations": cube.observations,
        "triples": len(triples),
        "left_out": sum(map(len, cube.skipped.values())) + len(cube.empty),
        "digest": digest_of(files),
    }
    return Prepared(manifest, files)


def _report(mapping: ImportMapping, cube: Cube, triples: int) -> str:
    """What was taken and what was left out."""
    lines = [f"{mapping.name}: {cube.observations} observations, {triples} triples in <{mapping.graph}>"]
    if cube.skipped:
        rows = sum(map(len, cube.skipped.values()))
        lines.append(f"left out, {rows} rows that name no entity of the graph (`unmatched: skip`), with their lines:")
        lines += [f"  {text}: {_ranges(at)}" for text, at in sorted(cube.skipped.items())]
    if cube.empty:
        lines.append(f"left out, {len(cube.empty)} rows without a measure: lines {_ranges(cube.empty)}")
    return "\n".join(lines) + "\n"


def _ranges(lines: list[int]) -> str:
    """Numbers in order, as in ``3, 5-8``."""
    runs: list[list[int]] = []
    for line in lines:
        if runs and line == runs[-1][1] + 1:
            runs[-1][1] = line
        else:
            runs.append([line, line])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)


def _namespaces(imports: Iterable[Prepared]) -> dict[str, str]:
    return {one.name: str(one.manifest["namespace"]) for one in imports}


def _point(build_dir: Path, made: Path) -> None:
    atomic.point(build_dir / "current", Path("releases") / made.name)
