"""Which engine applies the shapes, and one that is faster than pyshacl.

In: a :class:`~kg.graph.Dataset` and the shapes. Out: :class:`Found` records. Next: :mod:`kg.validation` makes results of them.
docs/decisions/20261123-shacl-engines.md says which engines were compared with pyshacl, and how.
"""

import importlib.util
import os
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kg.errors import InputError, PolicyKgError, UsageError

if TYPE_CHECKING:  # the command line asks for the names of engines each time, and for no graph
    from kg.graph import Dataset

PYSHACL: Final = "pyshacl"
FAST: Final = "shacl"
ENGINES: Final = (PYSHACL, FAST)
VARIABLE: Final = "KG_SHACL"
"""Holds the engine's name: the processes that work on documents have it, too, however they are started."""


@dataclass(frozen=True)
class Found:
    """One result of an engine; each part as in a report (SHACL, section 3.6), IRIs and lexical forms without marks.

    :ivar path: empty if it is more than a predicate, or there is none
    :ivar severity: IRI
    """

    focus: str
    path: str
    value: str
    component: str
    severity: str
    shape: str
    message: str


class ShapesError(PolicyKgError):
    """The engine cannot apply the shapes."""


def chosen() -> str:
    """The engine that the environment asks for; pyshacl if it asks for none.

    :raises UsageError: if there is no such engine
    :raises InputError: if it is not installed
    """
    return usable(os.environ.get(VARIABLE) or PYSHACL)


def usable(name: str) -> str:
    """The name of an engine that can be used.

    :raises UsageError: if there is no such engine
    :raises InputError: if it is not installed
    """
    if name not in ENGINES:
        raise UsageError(f'{VARIABLE}: "{name}" is no SHACL engine that is known; give {" or ".join(ENGINES)}')
    if name == FAST and importlib.util.find_spec(FAST) is None:
        raise InputError(f"the SHACL engine {FAST} is not installed: run `pip install 'policy-kg[shacl]'`, or leave --shacl out")
    return name


def apply_fast(dataset: "Dataset", shapes: str, predicates: AbstractSet[str] | None = None) -> list[Found]:
    """Results of the engine ``shacl``.

    :param shapes: as N-Triples
    :param predicates: leave out triples with other predicates; None keeps all
    :raises ShapesError: if the engine cannot apply the shapes
    """
    import shacl  # noqa: PLC0415 - an extra, which a project without it need not have

    lines = (f"{quad.triple} ." for quad in dataset.quads if predicates is None or quad.predicate.value in predicates)
    data = "\n".join(dict.fromkeys(lines))
    try:
        report = shacl.Shapes.from_text(shapes, "ntriples").validate_text(data, "ntriples")
    except ValueError as error:
        raise ShapesError(" ".join(str(error).split())) from error
    return [
        Found(
            _plain(result.focus_node),
            _plain(result.path or ""),
            result.value_plain or "",
            result.component_iri,
            result.severity_iri,
            _plain(result.source_shape or ""),
            (result.message or "").strip(),
        )
        for result in report.results
    ]


def _plain(term: str) -> str:
    """An IRI or the label of a blank node without its marks; of a path that is more than a predicate, nothing."""
    if term.startswith("<") and term.endswith(">") and term.count("<") == 1:
        return term[1:-1]
    return term.removeprefix("_:") if term.startswith("_:") else ""
