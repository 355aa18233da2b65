"""What can go wrong, as one small tree of exceptions and one record for what is wrong in an input.

A :class:`Finding` is a defect of an input file and is collected, so that one run shows all of them; a
:class:`PolicyKgError` ends what is being done. Every later module uses both.
"""

from dataclasses import dataclass
from enum import StrEnum


class PolicyKgError(Exception):
    """An error whose message names the place, what was found and the remedy; shown without a traceback."""


class UsageError(PolicyKgError):
    """A command or option that cannot be carried out as given (exit status 2); shown below how the command is called."""


class InputError(PolicyKgError):
    """What a command reads, writes or needs is not there, not right, or in the way: a file, a setting, a library (exit status 2)."""


class SourceError(PolicyKgError):
    """A source text is missing, or is not the text that was coded."""


class UnreadableTextError(SourceError):
    """The file of a source text is there and cannot be read.

    :ivar reason: what is wrong, without the name of the file
    :ivar line: from 1, of the file
    """

    def __init__(self, file: object, reason: str, line: int = 1) -> None:
        super().__init__(f"{file}: {reason}")
        self.reason, self.line = reason, line


class VersionError(SourceError):
    """A source text is another version of the document than the one that was coded."""


class AnchorError(PolicyKgError):
    """Anchors that locate no passage, or more than one.

    :ivar candidates: places that fit; empty if there is none
    """

    def __init__(self, message: str, candidates: tuple["Span", ...] = ()) -> None:
        super().__init__(message)
        self.candidates = candidates


class ReleaseError(PolicyKgError):
    """A release cannot be made, found or opened."""


class ClusterError(PolicyKgError):
    """Machines that work on documents cannot be reached, are lost, or would write other bytes."""


class PublishError(PolicyKgError):
    """A release cannot be loaded into another store, or is not there as it should be."""


class CitationError(PolicyKgError):
    """What is to be cited cannot be, or is not there."""


class QueryError(PolicyKgError):
    """A query that cannot be answered. The subclasses in :mod:`kg.engine` say why."""


@dataclass(frozen=True, order=True)
class Span:
    """A stretch of a normalised text: code-point offsets, end-exclusive."""

    start: int
    end: int


class Severity(StrEnum):
    """How grave a finding is; the names are those of SHACL, section 2.1.4."""

    VIOLATION = "violation"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, order=True)
class Finding:
    """A defect of an input file, at the place that caused it.

    :ivar file: path as the user would write it, relative to the working directory where possible
    :ivar line: line, from 1
    :ivar column: column, from 1, in code points
    :ivar code: short name of the rule, as in ``unknown-slug``
    :ivar subject: the statement or entity that it concerns, as in ``s042``; may be empty
    :ivar message: what was found, what was expected, and the remedy
    """

    file: str
    line: int
    column: int
    code: str
    message: str
    subject: str = ""
    severity: Severity = Severity.VIOLATION

    def __str__(self) -> str:
        about = f"{self.subject} " if self.subject else ""
        grade = "" if self.severity is Severity.VIOLATION else f"{self.severity}: "
        return f"{self.file}:{self.line}:{self.column}: {grade}{about}{self.message}"


UNREAD = frozenset(("yaml-syntax", "turtle-syntax", "encoding", "unreadable"))
"""Codes of the findings that stand for a file that could not be read to its end."""
FORMATS = ("text", "json", "sarif")
"""Forms in which findings are written; :mod:`kg.report` writes them."""


class FindingsError(PolicyKgError):
    """The inputs have violations; nothing was written (exit status 1)."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__(f"{len(findings)} finding(s)")
        self.findings = findings
