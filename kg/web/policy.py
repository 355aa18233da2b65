"""Content-Security-Policies of pages (https://www.w3.org/TR/CSP3/).

No page has content of another host, nor script or style in its HTML.
"""

from typing import Final

STRICT: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Of every page that needs no script."""
SCRIPTED: Final = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
"""Of a page whose scripts are files of this site and ask this site only."""

COMMON: Final = {
    # no foreign content, and no script but where a page says so; any origin may read (there are no cookies)
    "Content-Security-Policy": STRICT,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Access-Control-Allow-Origin": "*",
}
"""Header fields that all replies have, but where a page has a policy of its own."""
