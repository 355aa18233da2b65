"""Two to five documents or speakers side by side: on which topics they speak, where they agree and differ, what they aim at.

In comes ``?with=<slug>&with=<slug>`` (and ``by=speaker``, ``topic=<slug>``); out goes a page whose numbers lead to the statements.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, render_template, request

from kg.namespaces import ID, POL
from kg.reader import Reader, Row
from kg.resource import names
from kg.web.figures import literal
from kg.web.links import local
from kg.web.side_by_side import on_topic
from kg.web.site import lasting, site

blueprint: Final = Blueprint("compare", __name__)

MOST: Final = 5
BY: Final[Mapping[str, tuple[str, str]]] = {"document": ("statedIn", "document"), "speaker": ("speaker", "agent")}
"""For what is compared the property of a statement, and the collection of its values."""
_TOPICS: Final = 60
_OFFERED: Final = 40

_COLUMNS: Final = """
SELECT ?column (COUNT(DISTINCT ?statement) AS ?count) WHERE {{
  ?statement pol:{property} ?column ; pol:passage ?passage .
}}
GROUP BY ?column ORDER BY DESC(?count) ?column
"""
_TOPICS_OF: Final = """
SELECT ?topic (COUNT(DISTINCT ?statement) AS ?count) WHERE {{
  ?statement pol:{property} <{column}> ; pol:topic ?own .
  ?own skos:broader* ?topic .
}}
GROUP BY ?topic
"""
_RELATIONS: Final = """
SELECT DISTINCT ?relation ?left ?right ?leftColumn ?rightColumn WHERE {{
  VALUES ?relation {{ pol:agreesWith pol:contrastsWith }}
  VALUES ?leftColumn {{ {columns} }}
  VALUES ?rightColumn {{ {columns} }}
  ?left ?relation ?right ; pol:{property} ?leftColumn .
  ?right pol:{property} ?rightColumn .
  FILTER(?leftColumn != ?rightColumn && STR(?left) < STR(?right))
}}
ORDER BY ?relation ?left ?right
"""
_TARGETS: Final = """
SELECT DISTINCT ?column ?statement ?indicator ?comparator ?value ?unit ?denominator ?deadline WHERE {{
  VALUES ?column {{ {columns} }}
  ?statement pol:{property} ?column ; pol:target ?target .
  ?target pol:indicator ?indicator ; pol:value ?value ; pol:unit ?unit .
  OPTIONAL {{ ?target pol:comparator ?comparator }}
  OPTIONAL {{ ?target pol:denominator ?denominator }}
  OPTIONAL {{ ?target pol:deadline ?deadline }}
}}
ORDER BY ?indicator ?value ?statement
"""

_UPWARD: Final = frozenset({"at-least", "more-than"})
_DOWNWARD: Final = frozenset({"at-most", "less-than"})


@dataclass(frozen=True)
class Column:
    """What is compared.

    :ivar slug: as it stands in an address
    """

    slug: str
    iri: str
    names: Mapping[str, str]
    count: int
    chosen: bool


@dataclass(frozen=True)
class TopicRow:
    """A topic with the number of statements of each column, and where they are listed.

    :ivar address: of the same comparison, with what each says on the topic
    """

    address: str
    names: Mapping[str, str]
    cells: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Pair:
    """Two statements that agree or differ: address, names and column of each."""

    sides: tuple[tuple[str, Mapping[str, str], Mapping[str, str]], ...]


@dataclass(frozen=True)
class TargetRow:
    """A target: what, how much, by when, and who says it where.

    :ivar value: as each language writes it
    :ivar place: on an axis of 100 from 0 to the largest of its unit and denominator; negative if there is no such axis
    :ivar reach: what of the axis fits the target: from where to where
    """

    indicator: Mapping[str, str]
    value: Mapping[str, str]
    place: float
    reach: tuple[float, float]
    unit: str
    comparator: Mapping[str, str]
    denominator: Mapping[str, str]
    deadline: str
    column: Mapping[str, str]
    statement: str


@blueprint.get("/compare")
def compare() -> Response:
    """The page."""
    by = request.args.get("by", "document")
    if by not in BY:
        abort(400, f'There is no comparison by "{by[:50]}". There are: {", ".join(BY)}.')
    reader = site().reader
    _, collection = BY[by]
    counts = reader.once(("columns", by), lambda: _counts(reader, by))
    asked = list(dict.fromkeys(request.args.getlist("with")))
    unknown = [slug for slug in asked if f"{ID}{collection}/{slug}" not in counts]
    if unknown:
        known = ", ".join(iri.rpartition("/")[2] for iri in counts)
        abort(400, f'There is no {by} "{unknown[0][:100]}" with statements. There are: {known[:4000]}.')
    if len(asked) > MOST:
        abort(400, f"{len(asked)} are asked for; {MOST} fit side by side. Take some away.")
    shown = [f"{ID}{collection}/{slug}" for slug in asked] or list(counts)[: MOST if by == "document" else 3]
    offered = [*shown, *(iri for iri in counts if iri not in shown)][:_OFFERED]
    labels = names(reader, offered)
    columns = [Column(iri.rpartition("/")[2], iri, labels.get(iri, {}), counts[iri], iri in shown) for iri in offered]
    chosen = [column for column in columns if column.chosen]
    topic = request.args.get("topic", "")
    sides = on_topic(reader, topic, by, BY[by][0], [(column.iri, column.names) for column in chosen]) if topic else None
    if topic and sides is None:
        abort(400, f'There is no topic "{topic[:100]}". The page /topics lists those that there are.')
    text = render_template(
        "compare.html",
        by=by,
        columns=columns,
        chosen=chosen,
        topics=_topics(reader, by, chosen),
        shown=_TOPICS,
        topic=topic,
        sides=sides,
        relations=_relations(reader, by, chosen),
        targets=_targets(reader, by, chosen),
        most=MOST,
    )
    return lasting(Response(text, content_type="text/html; charset=utf-8"))


def _counts(reader: Reader, by: str) -> dict[str, int]:
    """Number of statements of each document or speaker, the largest first."""
    rows = reader.select(_COLUMNS.format(property=BY[by][0]))
    return {row["column"].value: int(row["count"].value) for row in rows}


def _query(template: str, by: str, columns: Sequence[Column]) -> str:
    return template.format(property=BY[by][0], columns=" ".join(f"<{column.iri}>" for column in columns))


def _topics(reader: Reader, by: str, columns: Sequence[Column]) -> tuple[TopicRow, ...]:
    """The topics of which at least two speak, narrower ones included, those with most statements first; if none, those of one."""
    cells: dict[str, dict[str, int]] = {}
    for column in columns:
        for topic, count in reader.once(("topics", by, column.iri), partial(_topics_of, reader, by, column.iri)).items():
            cells.setdefault(topic, {})[column.iri] = count
    shared = {topic: found for topic, found in cells.items() if len(found) > 1} or cells
    order = sorted(shared, key=lambda topic: (-len(shared[topic]), -sum(shared[topic].values()), topic))[:_TOPICS]
    labels = names(reader, order)

    def address(topic: str, column: Column) -> str:
        return "/search?" + urlencode({"topic": topic.rpartition("/")[2], by: column.slug})

    return tuple(
        TopicRow(
            _address(by, columns, topic.rpartition("/")[2]),
            labels.get(topic, {}),
            tuple((shared[topic].get(column.iri, 0), address(topic, column)) for column in columns),
        )
        for topic in order
    )


def _address(by: str, columns: Sequence[Column], topic: str) -> str:
    """Address of what these say on a topic."""
    pairs = [("by", by)] * (by != "document") + [("with", column.slug) for column in columns]
    return f"/compare?{urlencode([*pairs, ('topic', topic)])}#said"


def _topics_of(reader: Reader, by: str, column: str) -> dict[str, int]:
    """Number of statements of a document or speaker on each topic, narrower ones included."""
    rows = reader.select(_TOPICS_OF.format(property=BY[by][0], column=column))
    return {row["topic"].value: int(row["count"].value) for row in rows}


def _relations(reader: Reader, by: str, columns: Sequence[Column]) -> dict[str, tuple[Pair, ...]]:
    """Pairs of statements, by relation."""
    rows = reader.select(_query(_RELATIONS, by, columns))
    own = {column.iri: column.names for column in columns}
    labels = names(reader, {row[side].value for row in rows for side in ("left", "right")})
    found: dict[str, list[Pair]] = {"agreesWith": [], "contrastsWith": []}
    for row in rows:
        sides = ((row["left"].value, row["leftColumn"].value), (row["right"].value, row["rightColumn"].value))
        pair = Pair(tuple((local(iri), labels.get(iri, {}), own[column]) for iri, column in sides))
        found[row["relation"].value.removeprefix(POL)].append(pair)
    return {relation: tuple(pairs) for relation, pairs in found.items()}


def _targets(reader: Reader, by: str, columns: Sequence[Column]) -> tuple[TargetRow, ...]:
    """Targets, those that can be set against each other together, the lowest first."""
    rows = reader.select(_query(_TARGETS, by, columns))
    own = {column.iri: column.names for column in columns}
    things = ("indicator", "comparator", "denominator")
    labels = names(reader, {row[name].value for row in rows for name in things if name in row})
    largest: dict[tuple[str, ...], Decimal] = {}
    for row in rows:
        largest[_axis(row)] = max(largest.get(_axis(row), Decimal(0)), Decimal(row["value"].value))
    rows.sort(key=lambda row: (_axis(row), Decimal(row["value"].value), row["indicator"].value, row["statement"].value))

    def place(row: Row) -> float:
        most = largest[_axis(row)]
        value = Decimal(row["value"].value)
        return round(float(value / most * 100), 1) if most > 0 and value >= 0 else -1

    return tuple(
        TargetRow(
            indicator=labels.get(row["indicator"].value, {}),
            value=literal(row["value"]) or {"": row["value"].value},
            place=place(row),
            reach=_reach(row["comparator"].value if "comparator" in row else "", place(row)),
            unit=_unit(row["unit"].value),
            comparator=labels.get(row["comparator"].value, {}) if "comparator" in row else {},
            denominator=labels.get(row["denominator"].value, {}) if "denominator" in row else {},
            deadline=row["deadline"].value if "deadline" in row else "",
            column=own[row["column"].value],
            statement=local(row["statement"].value),
        )
        for row in rows
    )


def _axis(row: Row) -> tuple[str, ...]:
    """What two targets have in common that can stand on one axis: the unit, what it is a share of, and whether it is a change."""
    relative = row["comparator"].value.endswith("-by") if "comparator" in row else False
    return (row["unit"].value, row["denominator"].value if "denominator" in row else "", str(relative))


def _reach(comparator: str, place: float) -> tuple[float, float]:
    """What of an axis fits a comparator, such as all from the place of its value on."""
    name = comparator.rpartition("/")[2]
    if name in _UPWARD:
        return place, 100
    return (0, place) if name in _DOWNWARD else (place, place)


def _unit(iri: str) -> str:
    """Sign of a unit, or its code in QUDT."""
    code = iri.rpartition("/")[2]
    return {"PERCENT": "%", "NUM": ""}.get(code, code)
