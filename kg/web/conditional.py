"""Conditional requests and caches: by which words a request is known again, entity tags, ``304``, and what a reply varies by.

In come requests and replies of :mod:`kg.web.front` (RFC 9110, sections 8.8, 12.5.5, 13 and 15.4.5; RFC 9111).
"""

from kg.web.http import Reply, Request
from kg.web.language import preferred
from kg.web.policy import COMMON
from kg.web.sparql import SHARED


def words(request: Request, version: str) -> tuple[str, ...] | None:
    """The words of a request by which the same one is known again; there are none where it has a body."""
    if request.method not in {"GET", "HEAD"}:
        return None
    # the site may have several names, which stand in what it says of itself
    address = "" if request.path == "/sparql" else request.url
    language = preferred(request.header("accept-language"))
    return (version, address, request.query_string, language, request.header("accept"), request.header("accept-encoding"))


def tag(key: str, coding: str) -> str:
    """Entity tag of a representation (RFC 9110, section 8.8.3): one for each content coding."""
    return f'"{key}-{coding}"' if coding else f'"{key}"'


def matches(if_none_match: str, tag: str) -> bool:
    """Whether a client has the representation with this tag (RFC 9110, section 13.1.2, weak comparison)."""
    if not if_none_match or not tag:
        return False
    # "*" matches what there is, and what there is of a query shows when it has run
    return tag in {candidate.strip().removeprefix("W/") for candidate in if_none_match.split(",")}


def unchanged(tag: str, content_type: str) -> dict[str, str]:
    """Header fields of a representation that a 304 repeats (RFC 9110, section 15.4.5)."""
    vary = "Accept, Accept-Encoding" + (", Accept-Language" if is_page(content_type) else "")
    return {"ETag": tag, "Cache-Control": SHARED, "Vary": vary}


def is_page(content_type: str) -> bool:
    """Whether a reply is for people, and has their language."""
    return content_type.startswith("text/html")


def varying(vary: str, field: str) -> str:
    """A value of ``Vary`` with a further field (RFC 9110, section 12.5.5)."""
    names = [name.strip() for name in vary.split(",") if name.strip()]
    return ", ".join(names if field in names else [*names, field])


def not_modified(reply: Reply) -> Reply:
    headers = unchanged(reply.headers["ETag"], reply.headers.get("Content-Type", ""))
    policy_field = "Content-Security-Policy"  # a browser puts the fields of a 304 in the place of those that it kept
    headers |= {policy_field: reply.headers[policy_field]}
    return Reply(304, {**COMMON, **headers}, outcome="unchanged", query=reply.query)
