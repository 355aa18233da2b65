"""A new document: read, kept in the folder of sources, and begun in the project.

In: an address or a file. Out: the text in the folder of sources; in the project a catalogue entry, a coding pass, a mapping file with
empty statements, a ledger of the headings and an anchor lock. Next: the coder, with :mod:`kg.authoring.watching`.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from kg.authoring import skeleton
from kg.authoring.entries import appended, slugs
from kg.authoring.extracted import Extracted
from kg.authoring.fetching import Fetched, fetch
from kg.authoring.languages import POSSIBLE, language_of, names_none
from kg.authoring.pdf import read_pdf
from kg.authoring.plain import read_plain
from kg.authoring.units import Unit, cut, normalised
from kg.authoring.webpage import read_page
from kg.errors import InputError, SourceError, UsageError
from kg.mappings.codebook_version import version_of
from kg.mappings.corpus import ENTITIES, Corpus
from kg.mappings.layout import Layout
from kg.mappings.tongue import guess_language
from kg.mappings.words import shortened
from kg.namespaces import ID
from kg.sources import NormalisedText
from kg.textindex import folded

_SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LETTER: Final = re.compile(r"[a-z]")
_FIRST_VERSION: Final = "1.0"
"""Of the codebook, for a project that has none of its own."""
_LONGEST_SLUG: Final = 40


@dataclass(frozen=True)
class Wishes:
    """What the coder has said; everything else is read or guessed.

    :ivar author: slug of an agent
    :ivar coder: slug of an agent
    :ivar second: whether another coder has a coding of the document, in another copy of the project
    """

    slug: str = ""
    title: str = ""
    author: str = ""
    language: str = ""
    day: str = ""
    url: str = ""
    coder: str = ""
    whole: bool = False
    second: bool = False


@dataclass(frozen=True)
class Begun:
    """A document that is ready to be written.

    :ivar files: content by path, in the order of writing; those of the catalogue and the codings replace what is there
    :ivar replaced: the files that exist and get an entry more
    """

    slug: str
    extracted: Extracted
    text: NormalisedText
    units: tuple[Unit, ...]
    files: dict[Path, str]
    replaced: frozenset[Path]


def begin(source: str, corpus: Corpus, sources: Path, wishes: Wishes, today: date) -> Begun:
    """Read a document and propose its files; nothing is written.

    :param source: an address or a path
    :param sources: the folder of texts, outside the project
    :param today: date of the coding pass
    :raises SourceError: if it cannot be read
    :raises InputError: if something of it is there already, or neither it nor the wishes say what has to be known
    :raises UsageError: if the wishes do not fit the project
    """
    layout = corpus.layout
    if sources.resolve().is_relative_to(layout.root.resolve()):
        message = (
            f"{sources}: the folder of texts lies in the project, where no text of a document may stand; name one outside it"
        )
        raise UsageError(message)
    _check_wishes(wishes, corpus)
    fetched = fetch(source)
    slug = wishes.slug or _proposed_slug(fetched)
    new = {
        "text": sources / f"{slug}.txt",
        "mapping": layout.mappings / f"{slug}.yaml",
        "ledger": layout.ledger(slug),
        "lock": layout.lock(slug),
    }
    own_pass = skeleton.coding_pass(slug, second=wishes.second)
    _refuse_existing(slug, own_pass, new, layout)
    extracted = read(fetched, source, whole=wishes.whole)
    text = normalised(slug, extracted)
    units = cut(extracted, text)
    if not any(not unit.reason for unit in units):
        raise SourceError(f"{source}: there is no sentence in it, so nothing to code")
    described = _described(slug, extracted, fetched, wishes, corpus, source)
    codings = layout.mappings / "entities" / "codings.yaml"
    coding = skeleton.coding_entry(slug, wishes.coder, version_of(layout) or _FIRST_VERSION, today, second=wishes.second)
    files = {
        new["text"]: extracted.text,
        new["mapping"]: skeleton.mapping(described, units, own_pass),
        new["ledger"]: skeleton.ledger(slug, units),
        new["lock"]: skeleton.lock(units),
        codings: appended(codings, layout.name(codings), "coding", coding),
        layout.catalogue: appended(
            layout.catalogue, layout.name(layout.catalogue), "document", skeleton.catalogue_entry(described, text)
        ),
    }
    return Begun(slug, extracted, text, units, files, frozenset({codings, layout.catalogue}))


def read(fetched: Fetched, source: str, *, whole: bool) -> Extracted:
    """The blocks of what was fetched.

    :raises SourceError: if it cannot be read
    """
    try:
        match fetched.kind:
            case "html":
                return read_page(fetched.content, fetched.charset, whole=whole)
            case "pdf":
                return read_pdf(fetched.content, whole=whole)
    except SourceError as error:
        raise SourceError(f"{source}: {error}") from None
    return read_plain(fetched.content, source)


def _check_wishes(wishes: Wishes, corpus: Corpus) -> None:
    if wishes.language and not language_of(wishes.language):
        raise UsageError(f'--language "{wishes.language}" is no language that can be coded; a text is in {POSSIBLE}')
    if wishes.slug and not _SLUG.fullmatch(wishes.slug):
        raise UsageError(f'--slug "{wishes.slug}" is not made of lower-case letters, digits and single hyphens')
    if wishes.slug and not _LETTER.search(wishes.slug):
        raise UsageError(f'--slug "{wishes.slug}" is a number, and a slug has a letter; write it as in polderbond-2032')
    for option, agent in (("--author", wishes.author), ("--coder", wishes.coder)):
        if agent and f"{ID}agent/{agent}" not in corpus.registry:
            near = corpus.registry.nearest(f"{ID}agent/", agent, "")
            hint = (
                f"; did you mean {' or '.join(near)}?"
                if near
                else "; declare it in mappings/entities/ first, or leave the option out"
            )
            raise UsageError(f'{option} "{agent}" is not a declared agent{hint}')


def _refuse_existing(slug: str, own_pass: str, new: dict[str, Path], layout: Layout) -> None:
    """Nothing is written over."""
    for path in new.values():
        if path.exists():
            raise InputError(
                f"{layout.name(path)}: exists already, and nothing is written over; choose another --slug, or move it away"
            )
    for path, taken in ((layout.catalogue, slug), (layout.mappings / "entities" / "codings.yaml", own_pass)):
        if taken in slugs(path, layout.name(path)):
            raise InputError(f"{layout.name(path)}: has an entry {taken} already; choose another --slug, or delete the entry")


def _proposed_slug(fetched: Fetched) -> str:
    """A slug from the name of the file or the page."""
    ascii_only = unicodedata.normalize("NFKD", fetched.name).encode("ascii", "ignore").decode().lower()
    slug = "-".join(re.findall(r"[a-z0-9]+", ascii_only))
    while len(slug) > _LONGEST_SLUG and "-" in slug:
        slug = slug.rpartition("-")[0]
    if not _LETTER.search(slug):
        raise InputError("the name gives no slug; choose one with --slug, as in --slug polderbond-2032")
    return slug


def _described(
    slug: str, extracted: Extracted, fetched: Fetched, wishes: Wishes, corpus: Corpus, source: str
) -> skeleton.Described:
    return skeleton.Described(
        slug=slug,
        title=wishes.title or extracted.title,
        language=_language(extracted, wishes, source),
        author=wishes.author or _agent(extracted.names, corpus),
        names=extracted.names,
        day=wishes.day or extracted.date,
        url=wishes.url or fetched.url,
    )


def _language(extracted: Extracted, wishes: Wishes, source: str) -> str:
    """The language of a text: as the coder says, as the page says, or by its words.

    :raises InputError: if it is none that can be coded, or cannot be told
    """
    said = "" if names_none(extracted.language) else extracted.language
    written = wishes.language or said or guess_language(extracted.text)
    if not written:
        raise InputError("the language of the text cannot be told; say it with --language, as in --language nl")
    language = language_of(written)
    if not language:
        why = "the page says that its language is" if said else "by its commonest words, the language of the text is"
        raise InputError(
            f'{source}: {why} "{shortened(written)}", and only a text in {POSSIBLE} can be coded; if it is in one of them, '
            "say so with --language, as in --language nl"
        )
    return language


def _agent(names: tuple[str, ...], corpus: Corpus) -> str:
    """Slug of the agent that has one of the names; empty if there is none, or several."""
    wanted = {folded(name) for name in names}
    found = set()
    for node in corpus.graphs.get(ENTITIES, ()):
        iri = str(node["id"])
        if iri.startswith(f"{ID}agent/"):
            labels = [node.get(key) for key in ("label", "altLabel")]
            texts = {folded(text) for label in labels if isinstance(label, dict) for values in label.values() for text in values}
            if texts & wanted:
                found.add(iri.removeprefix(f"{ID}agent/"))
    return found.pop() if len(found) == 1 else ""
