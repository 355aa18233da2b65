"""The words of the search page in both languages of the site."""

from typing import Final

_WORDS: Final[dict[str, tuple[str, str]]] = {
    "title": ("Search", "Zoeken"),
    "field": ("Words, or “a phrase”, -without, begin*", "Woorden, of “een frase”, -zonder, begin*"),
    "language": ("Texts in", "Teksten in"),
    "both": ("both languages", "beide talen"),
    "go": ("Search", "Zoek"),
    "entities": ("Entities and topics", "Entiteiten en onderwerpen"),
    "statements": ("Statements", "Uitspraken"),
    "statement": ("statement", "uitspraak"),
    "many": ("statements", "uitspraken"),
    "nothing": (
        "Nothing has these words. Try fewer or other words, or take a choice back.",
        "Niets heeft deze woorden. Probeer minder of andere woorden, of neem een keuze terug.",
    ),
    "corrected": (
        "No text has what you typed. These are the results for",
        "Geen tekst heeft wat u typte. Dit zijn de resultaten voor",
    ),
    "some": (
        "No statement has all of these words. These have at least half of them.",
        "Geen uitspraak heeft al deze woorden. Deze hebben minstens de helft ervan.",
    ),
    "narrow": ("Narrow down", "Beperken"),
    "document": ("Document", "Document"),
    "kind": ("Kind", "Soort"),
    "speaker": ("Speaker", "Spreker"),
    "addressee": ("Addressee", "Geadresseerde"),
    "topic": ("Topic", "Onderwerp"),
    "chosen": ("chosen; take it back", "gekozen; neem het terug"),
    "others": ("more, with fewer statements", "meer, met minder uitspraken"),
    "previous": ("Previous page", "Vorige pagina"),
    "next": ("Next page", "Volgende pagina"),
    "pages": ("Pages", "Pagina's"),
    "to": ("to", "aan"),
    "as_json": ("This page as JSON", "Deze pagina als JSON"),
}


def words_in(language: str) -> dict[str, str]:
    """The words in ``nl`` or ``en``."""
    place = 1 if language == "nl" else 0
    return {name: words[place] for name, words in _WORDS.items()}
