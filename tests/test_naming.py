"""Which names a sentence is said to have: forms of the same word, the longest name, and what is meant in a document of its author."""

import pytest

from kg.authoring.inflection import same_words, without_mark
from kg.authoring.naming import Names, names_of
from kg.namespaces import ID, POL, PREFIXES, SKOS
from kg.scale import lines

LABELS = {
    "agent/council-of-the-eu": ["Raad van de Europese Unie", "de Raad"],
    "agent/conscience-council": ["Raad voor Gewetensvol Handelen"],
    "agent/elland-government": ["Regering van Elland", "de regering"],
    "agent/verland-government": ["Regering van Verland", "de regering"],
    "agent/verland-minister": ["Minister van Visserij van Verland", "de minister"],
    "agent/elland": ["Elland"],
    "agent/verland": ["Verland"],
    "agent/governments": ["Regeringen", "landen"],
    "group/cities": ["Steden"],
    "group/judges": ["Rechters"],
    "group/fishers": ["Vissers"],
    "topic/kampala-declaration": ["Verklaring van Kampala"],
    "action/implement": ["uitvoeren"],
    "action/monitor": ["monitor", "monitoring"],
    "action/invest": ["investeren"],
    "action/protect": ["beschermen"],
}
COUNTRIES = {
    "conscience-council": "elland",
    "elland-government": "elland",
    "verland-government": "verland",
    "verland-minister": "verland",
}


@pytest.fixture(scope="module")
def names() -> Names:
    """Made-up names, and a document of the council for conscience in Elland."""
    said = [
        f'<{ID}{thing}> <{SKOS}{"altLabel" if index else "prefLabel"}> "{label}"@nl .'
        for thing, labels in LABELS.items()
        for index, label in enumerate(labels)
    ]
    said += [f"<{ID}agent/{agent}> <{POL}country> <{ID}agent/{country}> ." for agent, country in COUNTRIES.items()]
    said += [f"<{ID}document/stand-2032> <{PREFIXES['dcterms']}creator> <{ID}agent/conscience-council> ."]
    return names_of([lines.packed(said)])


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("Steeds meer steden lopen onder.", ["cities: steden"]),
        ("Wie vlucht, heeft recht op een rechter.", ["judges: rechter"]),
        ("In veel landen en op het land werken vissers.", ["fishers: vissers"]),
        ("De uitvoer van gif stopt; wij voeren dit uit en laten het uitvoeren.", ["implement: uitvoeren"]),
        ("De bescherming is zwak.", []),
        ("Wie beschermt hen, en wie beschermde hen?", ["protect: beschermt"]),
        ("Er is geïnvesteerd.", ["invest: geïnvesteerd"]),
        ("Het Harbour Monitoring Centre telt.", []),
        ("Monitoring Centre of niet.", []),
        ("Monitoring is nodig.", ["monitor: Monitoring"]),
        ("Wij steunen de Verklaring van Kampala1.", ["kampala-declaration: Verklaring van Kampala1"]),
        ("Wij steunen de Verklaring van Kampala¹.", ["kampala-declaration: Verklaring van Kampala¹"]),
        ("Wij steunen de Verklaring van Kampala[1].", ["kampala-declaration: Verklaring van Kampala"]),
    ],
)
def test_forms_of_the_same_word(names: Names, sentence: str, found: list[str]) -> None:
    """A word that only shares a stem with a name, or is part of another name, does not count; the mark of a note is no part of a word."""
    assert [f"{proposal.slug}: {proposal.found}" for proposal in names.proposals(sentence)] == found


@pytest.mark.parametrize(
    ("sentence", "document", "found"),
    [
        ("De Raad voor Gewetensvol Handelen vraagt dit.", "", ["conscience-council"]),
        ("De regering van Elland wil dit.", "", ["elland-government"]),
        ("De Raad vraagt dit.", "", ["council-of-the-eu"]),
        ("De Raad vraagt dit.", "stand-2032", ["conscience-council"]),
        ("De Raad van de Europese Unie vraagt dit.", "stand-2032", ["council-of-the-eu"]),
        ("Wij vragen de regering om dit.", "", ["elland-government", "verland-government"]),
        ("Wij vragen de regering om dit.", "stand-2032", ["elland-government"]),
        ("Wij vragen de minister om dit.", "", ["verland-minister"]),
        ("Wij vragen de minister om dit.", "stand-2032", []),
        ("Wij vragen de minister van visserij van Verland om dit.", "stand-2032", ["verland-minister"]),
    ],
)
def test_what_is_meant(names: Names, sentence: str, document: str, found: list[str]) -> None:
    """The longer name behind an article; the author by the beginning of its name; *the minister* of the author's own country."""
    assert [proposal.slug for proposal in names.proposals(sentence, document)] == found


def test_of_the_same_name_that_of_the_author_comes_first() -> None:
    """Whose name has no article may be meant wherever they are."""
    said = [f'<{ID}agent/{slug}> <{SKOS}prefLabel> "Rekenkamer"@nl .' for slug in ("a-court", "b-court", "c-court")]
    said += [
        f"<{ID}agent/{one}> <{POL}country> <{ID}agent/{two}> ." for one, two in [("a-court", "verland"), ("b-court", "elland")]
    ]
    said += [f"<{ID}document/stand-2032> <{PREFIXES['dcterms']}publisher> <{ID}agent/elland> ."]
    names = names_of([lines.packed(said)])

    assert [p.slug for p in names.proposals("De Rekenkamer telt.")] == ["a-court", "b-court", "c-court"]
    assert [p.slug for p in names.proposals("De Rekenkamer telt.", "stand-2032")] == ["b-court", "a-court", "c-court"]


@pytest.mark.parametrize(
    ("one", "other", "language", "same"),
    [
        ("havens", "haven", "nl", True),
        ("brieven", "brief", "nl", True),
        ("staten", "staat", "nl", True),
        ("gesteund", "steunen", "nl", True),
        ("nederlandse", "nederland", "nl", True),
        ("recht", "rechters", "nl", False),
        ("democratische", "democratiseren", "nl", False),
        ("samenwerking", "samenwerken", "nl", False),
        ("countries", "country", "en", True),
        ("recognising", "recognise", "en", True),
        ("mediation", "media", "en", False),
    ],
)
def test_inflection(one: str, other: str, language: str, *, same: bool) -> None:
    """Behind what two forms share stand endings of inflection, and no others."""
    assert same_words((one,), (other,), language) == same_words((other,), (one,), language) == same


@pytest.mark.parametrize(
    ("word", "without"), [("Kampala1", "Kampala"), ("Bequelin²", "Bequelin"), ("G20", "G20"), ("2031", "2031")]
)
def test_a_mark_is_no_part_of_a_word(word: str, without: str) -> None:
    """But a number in a short name is."""
    assert without_mark(word) == without
