"""Inference, small and explicit: the CONSTRUCT queries of ``ontology/rules/``.

In: a :class:`~kg.graph.Dataset`. Out: the same, with the graph ``inferred``. Next: :mod:`kg.validation`. A triple that some
graph asserts is not repeated there.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain, repeat
from pathlib import Path

import yaml

from kg.errors import Finding
from kg.graph import Dataset

_MAX_ROUNDS = 20
_HEADER = re.compile(r"^#\+ ?(.*)$", re.MULTILINE)


@dataclass(frozen=True)
class HeadedQuery:
    """A SPARQL query with the YAML of its ``#+`` lines."""

    path: Path
    file: str
    text: str
    header: dict[str, object]


def read_headed(files: Iterable[tuple[Path, str]]) -> tuple[list[HeadedQuery], list[Finding]]:
    """Read ``.rq`` files with their headers.

    :param files: each with its name in findings
    :returns: the queries that can be used, and what is wrong with the others
    """
    queries, findings = [], []
    for path, file in files:
        try:
            text = path.read_bytes().decode("utf-8")
            header = yaml.load("\n".join(_HEADER.findall(text)), Loader=yaml.CBaseLoader)
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            findings.append(Finding(file, line, 1, "encoding", f"not UTF-8 at byte {error.start}; save the file as UTF-8"))
        except OSError as error:
            findings.append(Finding(file, 1, 1, "unreadable", f"cannot be read: {error.strerror}"))
        except yaml.YAMLError as error:
            line = error.problem_mark.line + 1 if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark else 1
            message = "the #+ lines are not YAML; quote a text that has a colon"
            findings.append(Finding(file, line, 1, "query-header", message))
        else:
            queries.append(HeadedQuery(path, file, text, header if isinstance(header, dict) else {}))
    return queries, findings


def misspelt(query: HeadedQuery, dataset: Dataset, expected: str, error: Exception) -> Finding:
    """The finding for a rule or check that cannot be run.

    :param expected: what it must be, as in ``a CONSTRUCT query``
    """
    line, column, reason = dataset.syntax_error(query.text) or (1, 1, str(error))
    return Finding(query.file, line, column, "query-syntax", f"not {expected}: {reason}")


def infer(dataset: Dataset, rules: list[HeadedQuery]) -> list[Finding]:
    """Run every rule, in the order of its file name, until nothing new follows.

    :returns: rules that cannot be run, as findings
    """
    findings: dict[Finding, None] = {}
    quiet = 0
    for rule in chain.from_iterable(repeat(rules, _MAX_ROUNDS)):
        try:
            added = dataset.follow(rule.text)
        except (SyntaxError, TypeError) as error:
            added = 0
            findings.setdefault(misspelt(rule, dataset, "a CONSTRUCT query", error))
        quiet = 0 if added else quiet + 1
        if quiet == len(rules):  # each of them gives nothing new
            break
    return list(findings)
