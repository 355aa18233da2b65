"""Links to open data: ``mappings/links.sssom.tsv``, a simple standard for sharing ontological mappings (SSSOM).

In: the TSV file with its YAML header. Out: :class:`Link` rows; the evidence stays in the file, which a release carries along.
Next: :mod:`kg.graph`.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

from kg.errors import Finding
from kg.mappings.reader import read_utf8
from kg.mappings.registry import Registry
from kg.mappings.trace import Trace
from kg.mappings.words import did_you_mean, shortened
from kg.namespaces import ID, SKOS
from kg.rdf import is_address

REQUIRED: Final = ("subject_id", "predicate_id", "object_id", "mapping_justification", "comment")
"""Columns that a row must fill; ``comment`` names where identifier and label were seen together."""

PREDICATES: Final = {
    f"skos:{name}": f"{SKOS}{name}" for name in ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch")
}

JUSTIFICATIONS: Final = ("semapv:LexicalMatching", "semapv:ManualMappingCuration", "semapv:MappingChaining")
"""The grounds for a link (mappings/README.md, section 14): the labels, a person, or another link that leads there."""

_CURIE: Final = re.compile(r"([A-Za-z][\w-]*):(?!//)(.*)")


@dataclass(frozen=True)
class Link:
    """An entity of ours, a SKOS mapping property, and an IRI elsewhere."""

    subject: str
    predicate: str
    object: str


def read_links(path: Path, name: str, registry: Registry, trace: Trace) -> list[Link]:
    """Read the links; a row with a finding is left out. What is wrong goes to ``trace``."""
    if not path.exists():
        return []
    text, findings = read_utf8(path, name)
    lines = (text or "").replace("\r\n", "\n").split("\n")
    prefixes, wrong = _prefixes(lines, name)
    header = next((n for n, line in enumerate(lines) if line.strip() and not line.startswith("#")), None)
    for finding in findings or wrong:
        trace.report(finding)
    if findings or wrong:
        return []
    if header is None:
        trace.report(Finding(name, 1, 1, "links", f"the file is empty; its first line has the columns {', '.join(REQUIRED)}"))
        return []
    columns = lines[header].split("\t")
    missing = [column for column in REQUIRED if column not in columns]
    twice = [column for column in columns if columns.count(column) > 1]
    if missing or twice:
        message = f"the column {missing[0]} is missing" if missing else f"the column {twice[0]} stands here twice"
        remedy = f"write the columns {', '.join(REQUIRED)}, once each, with tabs between them"
        trace.report(Finding(name, header + 1, 1, "links", f"{message}; {remedy}"))
        return []
    return _Rows(name, columns, prefixes, registry, trace).read(lines, header + 1)


def read_prefixes(path: Path) -> dict[str, str]:
    """Namespaces by prefix, as the header of a file of links without findings gives them; none if there is no such file."""
    if not path.exists():
        return {}
    return _prefixes(path.read_text(encoding="utf-8").split("\n"), path.name)[0]


def _prefixes(lines: list[str], name: str) -> tuple[dict[str, str], list[Finding]]:
    """The ``curie_map`` of the # lines at the top: namespaces by prefix."""
    header = [(number, line[1:]) for number, line in enumerate(lines, start=1) if line.startswith("#")]
    expected = "the # lines at the top are the YAML metadata of SSSOM, with a curie_map of prefix and address"
    try:
        root = yaml.compose("\n".join(line for _, line in header), Loader=yaml.CBaseLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "context_mark", None) or getattr(error, "problem_mark", None)
        line = header[min(mark.line, len(header) - 1)][0] if mark else 1
        return {}, [Finding(name, line, 1, "links", f"not YAML: {getattr(error, 'problem', error)}; {expected}")]
    pairs = root.value if isinstance(root, yaml.MappingNode) else []
    declared = next((value for key, value in pairs if key.value == "curie_map"), None)
    if not isinstance(declared, yaml.MappingNode):
        line = header[declared.start_mark.line][0] if declared else 1
        return {}, [Finding(name, line, 1, "links", f"there is no curie_map of indented prefixes; {expected}")]
    prefixes: dict[str, str] = {}
    for key, value in declared.value:
        if not isinstance(value, yaml.ScalarNode) or not is_address(str(value.value)):
            line = header[key.start_mark.line][0]
            return {}, [Finding(name, line, 1, "links", f"{key.value}: a prefix has one address, as in https://example.org/")]
        prefixes[str(key.value)] = str(value.value)
    return prefixes, []


@dataclass
class _Rows:
    """The rows below the header."""

    name: str
    columns: list[str]
    prefixes: dict[str, str]
    registry: Registry
    trace: Trace

    def read(self, lines: list[str], start: int) -> list[Link]:
        """The links of the rows from index ``start`` of ``lines``."""
        links: list[Link] = []
        seen: dict[tuple[str, str], int] = {}
        for number, line in enumerate(lines[start:], start=start + 1):
            if line.startswith("#") or not line.strip():
                continue
            link = self._link(line.split("\t"), number)
            if link is None:
                continue
            pair = link.subject, link.object
            if pair in seen:
                message = f"a link between these two stands in line {seen[pair]}; delete one of the two"
                self._report(number, line.split("\t")[0], message)
                continue
            seen[pair] = number
            links.append(link)
        return links

    def _link(self, cells: list[str], number: int) -> Link | None:
        """The link of one row; None, with a finding, if something is wrong with it."""
        row = dict(zip(self.columns, cells, strict=False))
        about = row.get("subject_id", "")
        problem = self._checked(cells)
        if problem:
            self._report(number, about, problem)
            return None
        subject, target = (self._expand(row[column], number, about) for column in ("subject_id", "object_id"))
        if subject is None or target is None:
            return None
        if subject not in self.registry:
            self._unknown(row["subject_id"], subject, number)
            return None
        if not is_address(target):
            self._report(number, about, f'"{shortened(row["object_id"])}" is no IRI; write prefix:identifier')
            return None
        return Link(subject, PREDICATES[row["predicate_id"]], target)

    def _unknown(self, written: str, subject: str, number: int) -> None:
        if not self.trace.is_lost_in(subject.rpartition("/")[0] + "/"):
            base, _, slug = written.partition(":")
            near = self.registry.nearest(ID, slug, "")
            hint = f'; did you mean "{near[0]}"?' if near and near[0] != slug else ""
            message = f'"{shortened(written)}" is not a declared {base or "entity"}{hint}'
            self.trace.report_unknown(slug, Finding(self.name, number, 1, "links", message, shortened(written)))

    def _expand(self, curie: str, number: int, about: str) -> str | None:
        """IRI of a CURIE; what has no prefix stays as it is."""
        match = _CURIE.fullmatch(curie)
        if match is None:
            return curie
        if match[1] in self.prefixes:
            return self.prefixes[match[1]] + match[2]
        message = f'the prefix "{match[1]}" is not in the curie_map at the top{did_you_mean(match[1], self.prefixes)}'
        self.trace.report_unknown(f"{match[1]}:", Finding(self.name, number, 1, "links", message, shortened(about)))
        return None

    def _report(self, number: int, about: str, message: str) -> None:
        self.trace.report(Finding(self.name, number, 1, "links", message, shortened(about)))

    def _checked(self, cells: list[str]) -> str:
        """What is wrong with the cells of a row; empty if nothing is."""
        if len(cells) != len(self.columns):
            return f"{len(cells)} cells where the header has {len(self.columns)} columns; check the tabs"
        row = dict(zip(self.columns, cells, strict=True))
        empty = [column for column in REQUIRED if not row[column].strip()]
        if empty:
            remedy = "say where identifier and label were seen together" if empty[0] == "comment" else "fill it"
            return f"{empty[0]} is empty; {remedy}"
        for column, allowed in (("predicate_id", tuple(PREDICATES)), ("mapping_justification", JUSTIFICATIONS)):
            if row[column] not in allowed:
                return f'"{shortened(row[column])}" is not one of {", ".join(allowed)}{did_you_mean(row[column], allowed)}'
        return ""
