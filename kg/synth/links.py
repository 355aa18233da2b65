"""Links of a made-up project to open data.

In: the links of the real project, and the copies of its entities. Out: the lines of ``links.sssom.tsv``. A topic is the real one and has the real
links; a made-up entity is linked into the same data set, to something that is not there and says so.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from kg.mappings.links import PREDICATES, REQUIRED, Link
from kg.namespaces import SKOS

_HEAD: Final = f"#comment: Made up by `kg synth`.\n#curie_map:\n#  skos: {SKOS}"
_CURIES: Final = {iri: curie for curie, iri in PREDICATES.items()}


def lines(
    links: Iterable[Link], copies: Mapping[str, Iterable[int]], renamed: Callable[[str, int], str], mark: str
) -> Iterator[str]:
    """The lines of the file.

    :param copies: numbers of the copies of each entity; what is not there is no entity but a topic
    :param renamed: IRI of a copy
    :param mark: begins the name of what is made up
    """
    yield _HEAD
    yield "\t".join(REQUIRED)
    for number, link in enumerate(links, start=1):
        if link.subject in copies:
            space = link.object.rstrip("/").rpartition("/")[0]
            for copy in copies[link.subject]:
                yield _row(renamed(link.subject, copy), link.predicate, f"{space}/{mark}-{number}-{copy}", "nothing is there")
        else:
            yield _row(link.subject, link.predicate, link.object, "as in the real project")


def _row(subject: str, predicate: str, other: str, comment: str) -> str:
    return "\t".join((subject, _CURIES[predicate], other, "semapv:ManualMappingCuration", comment))
