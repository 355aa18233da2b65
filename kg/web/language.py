"""The language of a page: Dutch or English, by ``lang=`` in the address or else by ``Accept-Language``.

In comes a request; out goes a :class:`Visit`, by which templates choose words, names and links. What the pages say stands in
``texts.yaml``, each text in both languages.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import yaml
from jinja2 import Environment, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from kg.negotiation import parse_weights
from kg.web import figures
from kg.web.http import Request

LANGUAGES: Final = ("en", "nl")
_TEXTS: Final = Path(__file__).parent / "texts.yaml"


@dataclass(frozen=True)
class Visit:
    """What a page knows of who looks at it.

    :ivar language: ``en`` or ``nl``
    :ivar chosen: whether the address says so; links then say it as well, so that the choice stays
    :ivar path: of the address
    :ivar parameters: of the address, without the language
    """

    language: str = "en"
    chosen: bool = False
    path: str = "/"
    parameters: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, path: str, query_string: str, accept_language: str) -> "Visit":
        """Visit of a request."""
        pairs = parse_qsl(query_string, keep_blank_values=True, errors="replace")
        asked = next((value for name, value in pairs if name == "lang" and value in LANGUAGES), "")
        rest = tuple((name, value) for name, value in pairs if name != "lang")
        return cls(asked or preferred(accept_language), bool(asked), path, rest)

    @classmethod
    def by(cls, request: Request) -> "Visit":
        """Visit of a request that Flask does not see."""
        return cls.of(request.path, request.query_string, request.header("accept-language"))

    @property
    def identity(self) -> tuple[str, ...]:
        """What a page depends on beside its content: its words by the language, its links by the address."""
        chosen = "chosen" if self.chosen else ""
        return (self.language, chosen, self.path, *(part for pair in self.parameters for part in pair))

    def link(self, address: str) -> str:
        """An address of this site, in the language that was chosen; one of another site as it is."""
        return self._with(address, self.language) if self.chosen and not urlsplit(address).netloc else address

    def switch(self, language: str) -> str:
        """The present address in another language."""
        path = quote(self.path, "/:@!$&'()*+,;=-._~", errors="replace")
        return self._with(f"{path}?{urlencode(self.parameters, errors='replace')}" if self.parameters else path, language)

    @staticmethod
    def _with(address: str, language: str) -> str:
        parts = urlsplit(address)
        query = f"{parts.query}&lang={language}" if parts.query else f"lang={language}"
        return f"{parts.path}?{query}" + (f"#{parts.fragment}" if parts.fragment else "")


@lru_cache(maxsize=1024)
def preferred(accept_language: str) -> str:
    """The language of ours that a client likes best (RFC 9110, section 12.5.4); English where it does not say."""
    weights: dict[str, float] = {}
    for tag, weight in parse_weights(accept_language).items():
        language = tag.partition("-")[0]
        weights[language] = max(weight, weights.get(language, 0.0))
    anything = weights.get("*", 0.0)
    best = max(LANGUAGES, key=lambda language: weights.get(language, anything))
    return best if weights.get(best, anything) > 0 else LANGUAGES[0]


@cache
def texts() -> Mapping[str, Mapping[str, str]]:
    """What the pages say, by key and language."""
    found: dict[str, dict[str, str]] = {}
    for group, entries in yaml.safe_load(_TEXTS.read_text(encoding="utf-8")).items():
        for key, by_language in entries.items():
            found[f"{group}.{key}"] = by_language
    return found


def equip(environment: Environment) -> None:
    """Give templates ``_``, ``link`` and ``name``, and the filters ``count``, ``size``, ``percent`` and ``date``.

    They want a :class:`Visit` named ``visit``, or take English.
    """
    environment.globals["_"] = _translate
    environment.globals["link"] = _link
    environment.globals["name"] = _name
    environment.filters["count"] = _written(figures.count)
    environment.filters["size"] = _written(figures.size)
    environment.filters["percent"] = _written(figures.percent)
    environment.filters["date"] = _written(figures.date)


@pass_context
def _translate(context: Context, key: str, **values: Any) -> Markup:
    """A text in the language of the page, with values escaped and put in; whole numbers as the language writes them."""
    language = _visit(context).language
    text = texts()[key][language]
    written = {name: figures.count(value, language) if type(value) is int else value for name, value in values.items()}
    return Markup(text).format(**{name: escape(value) for name, value in written.items()})  # noqa: S704 - our own text


def _written(write: Callable[[Any, str], str]) -> Callable[[Context, Any], str]:
    """A filter that writes a value in the language of the page."""

    @pass_context
    def written(context: Context, value: Any) -> str:
        return write(value, _visit(context).language)

    return written


@pass_context
def _link(context: Context, address: str) -> str:
    return _visit(context).link(address)


@pass_context
def _name(context: Context, names: Mapping[str, str], fallback: str = "") -> Markup:
    """The name in the language of the page, or else in another one, marked as such."""
    language = _visit(context).language
    if names.get(language) or names.get(""):
        return escape(names.get(language) or names[""])
    other = next((tag for tag in names if names[tag]), "")
    return Markup('<span lang="{}">{}</span>').format(other, names[other]) if other else escape(fallback)


def _visit(context: Context) -> Visit:
    visit = context.get("visit")
    return visit if isinstance(visit, Visit) else Visit()
