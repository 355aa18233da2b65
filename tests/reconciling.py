"""Names as other people's tables have them, derived from our labels by transformations that a person has read."""

import unicodedata
from collections.abc import Callable, Iterator

from kg.search.register import Entity, Register

COLLECTIONS = ("agent", "place", "instrument", "topic")


def _plain(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def _longest(text: str) -> tuple[int, int]:
    """Where the longest word stands; an empty stretch if none has six letters."""
    word = max(text.split(), key=len)
    start = text.index(word)
    return (start, start + len(word)) if len(word) >= 6 and word.isalpha() else (0, 0)


def _slip(edit: Callable[[str], str]) -> Callable[[str], str]:
    def apply(text: str) -> str:
        start, end = _longest(text)
        return text[:start] + edit(text[start:end]) + text[end:] if end else ""

    return apply


def _middle(word: str) -> int:
    return len(word) // 2


def _plural(text: str) -> str:
    if not text[-1].isalpha() or text.isupper() or len(text) < 6:
        return ""
    return text[:-1] if text.endswith("s") else f"{text}s"


def _inverted(text: str) -> str:
    words = text.split()
    return f"{words[-1]}, {' '.join(words[:-1])}" if 2 <= len(words) <= 4 else ""


TRANSFORMATIONS: dict[str, Callable[[str], str]] = {
    "as it is": lambda text: text,
    "small letters": str.lower,
    "capitals": str.upper,
    "no diacritics": lambda text: _plain(text) if _plain(text) != text else "",
    "a letter too few": _slip(lambda word: word[: _middle(word)] + word[_middle(word) + 1 :]),
    "a letter too many": _slip(lambda word: word[: _middle(word)] + word[_middle(word)] + word[_middle(word) :]),
    "two letters swapped": _slip(
        lambda word: word[: _middle(word)] + word[_middle(word) + 1] + word[_middle(word)] + word[_middle(word) + 2 :]
    ),
    "a wrong letter": _slip(lambda word: word[: _middle(word)] + "x" + word[_middle(word) + 1 :]),
    "Dutch article": lambda text: f"de {text}" if text.split()[0].lower() not in {"de", "het", "the"} else "",
    "English article": lambda text: f"The {text}" if text.split()[0].lower() not in {"de", "het", "the"} else "",
    "inverted": _inverted,
    "plural or singular": _plural,
    "hyphens as spaces": lambda text: text.replace("-", " ") if "-" in text else "",
    "spaces as hyphens": lambda text: text.replace(" ", "-") if " " in text else "",
    "spaces around": lambda text: f"  {text}  ".replace(" ", "  "),
    "quoted": lambda text: f"“{text}”",
}


def derived(register: Register) -> Iterator[tuple[str, str, Entity]]:
    """Transformation, name and entity, for every label of an agent, a place, an instrument or a topic."""
    for entity in register.entities.values():
        if entity.collection in COLLECTIONS:
            labels = list(dict.fromkeys(name.text for name in entity.names if name.weight >= 0.99))
            for how, transform in TRANSFORMATIONS.items():
                names = (transform(text) for text in labels)
                yield from ((how, name, entity) for name in names if name.strip())
            yield from ((how, name, entity) for how, name in _composed(entity, labels))


def _composed(entity: Entity, labels: list[str]) -> Iterator[tuple[str, str]]:
    """Names that are put together of several labels."""
    short = next((text for text in labels if text.isupper() and text.isalpha() and 2 <= len(text) <= 6), "")
    for label in entity.labels.values():
        if short and label != short:
            yield "abbreviation in brackets", f"{label} ({short})"
            yield "abbreviation first", f"{short} - {label}"
            yield "abbreviation with dots", "".join(f"{c}." for c in short)
    if "State" in entity.types:
        yield "republic of", f"Republic of {entity.labels['en']}"
    if len(set(entity.labels.values())) > 1:
        yield "both languages", f"{entity.labels['nl']} / {entity.labels['en']}"
