"""What axe-core finds wrong with a page: the rules of WCAG 2.2, levels A and AA, and best practices.

The rules are described at https://dequeuniversity.com/rules/axe/.
"""

from typing import Any, Final

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

_TAGS: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
_RUN: Final = "options => axe.run(options).then(found => found.violations)"


def violations(page: Page) -> list[str]:
    """A line for each element that breaks a rule: rule, selector, what is wrong."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    options: dict[str, Any] = {"resultTypes": ["violations"], "preload": False, "runOnly": {"type": "tag", "values": _TAGS}}
    return [
        f"{rule['id']}: {' '.join(map(str, node['target']))}: {' '.join(node.get('failureSummary', '').split())}"
        for rule in page.evaluate(_RUN, options)
        for node in rule["nodes"]
    ]
