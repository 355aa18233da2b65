"""What is said of a picture in words: how much it shows, what stands out, and what it leaves out.

In comes a scene; out go sentences, which stand above the picture and in the files of it.
"""

from collections.abc import Sequence

from kg.reader import Reader
from kg.web.pictures import network
from kg.web.pictures.composing import COLUMNS, MARKS, ROWS, percent, year_rows
from kg.web.pictures.counting import Asked, everything
from kg.web.pictures.scene import Scene, say


def lead(shown: Scene) -> str:
    """What is counted, and how it is shown."""
    if shown.asked.picture.name == "years":
        targets = [mark for mark in shown.marks if mark.type == "target"]
        figures = [mark for mark in shown.marks if mark.type == "figure"]
        return shown.words(
            "lead",
            targets=len(targets),
            dated=sum(mark.year is not None for mark in targets),
            figures=len(figures),
            reported=sum(mark.year is not None for mark in figures),
        )
    return shown.words("lead", count=shown.statements, of=shown.of)


def more(shown: Scene, reader: Reader) -> tuple[str, ...]:
    """What is chosen, what stands out, and what is left out of the picture."""
    found = []
    if shown.asked.chosen:
        what = ", ".join(f"{say(name, shown.language)} – {shown.label(iri)}" for name, iri in shown.asked.chosen.items())
        found.append(say("chosen", shown.language, what=what))
    if shown.asked.picture.name == "years":
        beyond = len(shown.marks) - sum(len(row) for kind in ("target", "figure") for row in year_rows(shown, kind))
        found += [shown.words("limit", most=MARKS, count=beyond)] if beyond else []
    if not shown.rows:
        return tuple(found)
    if shown.asked.picture.name == "demands":
        found += _demands(shown)
    if shown.asked.picture.name == "topics":
        found += _topics(shown, reader)
    else:
        found += _beyond(shown, "limit", len(shown.value(0)), ROWS) if shown.asked.picture.name != "demands" else []
    return tuple(found)


def _demands(shown: Scene) -> list[str]:
    first = shown.rows[0]
    found = [
        shown.words("most", speaker=shown.label(first.values[0]), addressee=shown.label(first.values[1]), count=first.statements)
    ]
    merged = [
        list(network.reduced({iri: shown.sum(side, iri) for iri in shown.value(side)}).values()).count(network.OTHERS)
        for side in (0, 1)
    ]
    who = [
        shown.words(f"merged_{side}", count=count)
        for side, count in zip(("speakers", "addressees"), merged, strict=True)
        if count
    ]
    if who:
        found.append(shown.words("limit", most=network.MOST, who=", ".join(who)))
    return found


def _topics(shown: Scene, reader: Reader) -> list[str]:
    shares = {row: shown.share(row) for row in shown.rows}
    top = max(shown.rows, key=lambda row: shares[row])
    found = [
        shown.words(
            "most", document=shown.label(top.values[1]), topic=shown.label(top.values[0]), share=percent(shares[top], shown)
        )
    ]
    topic = shown.asked.chosen.get("topic")
    if topic:
        kept = {name: iri for name, iri in shown.asked.chosen.items() if name != "topic"}
        whole = everything(reader, Asked(shown.asked.picture, kept), topic)
        if whole > shown.statements:
            found.append(shown.words("direct", count=whole - shown.statements, topic=shown.label(topic)))
    found += _beyond(shown, "limit", len(shown.value(0)), ROWS)
    return found + _beyond(shown, "limit_columns", len(shown.documents), COLUMNS)


def _beyond(shown: Scene, key: str, there: int, most: int) -> list[str]:
    return [say(key, shown.language, most=most, count=there - most)] if there > most else []


def whole(parts: Sequence[str]) -> str:
    """Sentences as one text."""
    return " ".join(part for part in parts if part)
