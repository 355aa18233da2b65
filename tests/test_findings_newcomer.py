"""Mistakes of somebody who codes a first document: each finding says what was read, and what to write."""

import pytest
from click.testing import CliRunner

from kg.cli import main
from kg.mappings.layout import Layout
from tests.defects import AGENTS, HARBOUR
from tests.project import edit

STATED = "Havens horen niemand in het bijzonder toe."
KINDS = "Assessment, Claim, Commitment, Demand, Principle or Response"
AGENT_KINDS = "Agent, CivilSocietyOrganisation, Company, Court, Government, IntergovernmentalOrganisation, Party, Person, PublicBody or State"

# fmt: off
FINDINGS = [
    ("thousands with a point", HARBOUR, "value: 12", 'value: "40.000"', f'{HARBOUR}:91:12: warning: s005 figure value: "40.000" is read as 40, the point being a decimal one; write "40" if that is meant, and "40000" if it is 40000'),
    ("thousands that end in no nought", HARBOUR, "value: 12", "value: 1.125", f'{HARBOUR}:91:12: warning: s005 figure value: "1.125" is read as 1.125, the point being a decimal one; write "1.1250" if that is meant, and "1125" if it is 1125'),
    ("comment in a text", HARBOUR, STATED, "Havens # horen niemand toe", f"{HARBOUR}:19:9: warning: s001 summary: what follows # is a comment and no part of the text; quote all of it if it is meant to be, and only what stands before # if not"),
    ("hash in a text", HARBOUR, STATED, "Havens #horen niemand toe", f"{HARBOUR}:19:9: warning: s001 summary: what follows # is a comment and no part of the text; quote all of it if it is meant to be, and only what stands before # if not"),
    ("comment behind an id", HARBOUR, "  frame: moral", "  frame: moral # see page 2", ""),
    ("comment behind a quoted text", HARBOUR, STATED, f'"{STATED}" # see page 2', ""),
    ("kind of statement that there is not", HARBOUR, "kind: Commitment", "kind: Opinion", f'{HARBOUR}:115:9: s007 kind: "Opinion" is not a class of the ontology; write {KINDS}'),
    ("kind of entity on a statement", HARBOUR, "kind: Commitment", "kind: Instrument", f'{HARBOUR}:115:3: s007 kind: "Instrument" is not a kind of statement; write {KINDS}'),
    ("kind of agent that there is not", AGENTS, "kind: PublicBody", "kind: Municipality", f'{AGENTS}:23:9: harbour-office kind: "Municipality" is not a class of the ontology; write {AGENT_KINDS}'),
    ("long code of a language", HARBOUR, "    en: Harbours belong", "    eng: Harbours belong", f'{HARBOUR}:20:5: s001 summary: "eng" is not a language here, only nl and en are; write en'),
    ("another language", HARBOUR, "    en: Harbours belong", "    gb: Harbours belong", f'{HARBOUR}:20:5: s001 summary: "gb" is not a language here, only nl and en are; write one of them, or delete the text'),
    ("sign of a unit", HARBOUR, "unit: PERCENT", 'unit: "%"', f'{HARBOUR}:72:11: s004 target unit: "%" is not the name of a unit; write PERCENT'),
    ("sign of a currency", HARBOUR, "unit: PERCENT", "unit: €", f'{HARBOUR}:72:11: s004 target unit: "€" is not the name of a unit; write CCY_EUR'),
    ("another sign", HARBOUR, "unit: PERCENT", "unit: $", f'{HARBOUR}:72:11: s004 target unit: "$" is not the name of a unit below http://qudt.org/vocab/unit/; write PERCENT, NUM, CCY_EUR or YR'),
]
# fmt: on


def check(*arguments: str) -> str:
    """What `kg check` prints."""
    return CliRunner().invoke(main, ["check", "--sources", "texts", *arguments]).stdout.strip()


@pytest.mark.parametrize(("file", "old", "new", "finding"), [f[1:] for f in FINDINGS], ids=[f[0] for f in FINDINGS])
def test_the_finding_says_what_to_write(project: Layout, file: str, old: str, new: str, finding: str) -> None:
    """One edit, and all that is said of it."""
    edit(project, file, old, new)

    assert check() == finding
