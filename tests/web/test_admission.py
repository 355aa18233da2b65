"""Who a client is."""

import pytest

from kg.engine.errors import TooManyQueriesError
from kg.errors import UsageError
from kg.web.admission import Admission, client_address, parse_networks, truncated

PROXIES = parse_networks("10.0.0.0/8, 2001:db8:1::/48,192.0.2.9")


@pytest.mark.parametrize(
    "peer, forwarded_for, client",
    [
        ("192.0.2.1", "", "192.0.2.1"),
        ("192.0.2.1", "203.0.113.5", "192.0.2.1"),
        ("10.1.1.1", "203.0.113.5", "203.0.113.5"),
        ("10.1.1.1", "198.51.100.1, 203.0.113.5", "203.0.113.5"),
        ("10.1.1.1", "198.51.100.1, 203.0.113.5, 10.2.2.2", "203.0.113.5"),
        ("10.1.1.1", "nonsense", "10.1.1.1"),
        ("10.1.1.1", "203.0.113.5, nonsense", "10.1.1.1"),
        ("10.1.1.1", "", "10.1.1.1"),
        ("10.1.1.1", "10.3.3.3", "10.3.3.3"),
        ("::ffff:192.0.2.1", "", "192.0.2.1"),
        ("::ffff:192.0.2.9", "203.0.113.5", "203.0.113.5"),
        ("[2001:db8:2:3:4:5:6:7]", "", "2001:db8:2:3::/64"),
        ("2001:db8:1::1", "2001:db8:7:8::9", "2001:db8:7:8::/64"),
        ("fe80::1%eth0", "", "fe80::/64"),
        ("unix", "203.0.113.5", "unix"),
    ],
)
def test_client_address(peer: str, forwarded_for: str, client: str) -> None:
    """A header counts only from a trusted proxy, and only as far as trusted proxies wrote it."""
    assert client == client_address(peer, forwarded_for, PROXIES)


def test_without_proxies_no_header_counts() -> None:
    """As anybody can send one."""
    assert client_address("192.0.2.1", "203.0.113.5", ()) == "192.0.2.1"


def test_networks_that_are_none() -> None:
    """The message names the part and shows an example."""
    with pytest.raises(UsageError, match=r"--trusted-proxies 10\.0\.0\.1/8: .*host bits.*expected addresses or blocks"):
        parse_networks("10.0.0.1/8")
    assert parse_networks("") == ()


@pytest.mark.parametrize(
    "client, shown",
    [("192.0.2.77", "192.0.2.0/24"), ("2001:db8:2:3::/64", "2001:db8:2::/48"), ("unix", ""), ("", "")],
)
def test_truncated(client: str, shown: str) -> None:
    """The log has no address of a person."""
    assert shown == truncated(client)


def test_a_client_that_holds_nothing_finds_room() -> None:
    """A few clients that hold all places do not keep a new one out."""
    admission = Admission(2, 2)
    with admission.place("a"), admission.place("a"):
        with admission.place("b"), pytest.raises(TooManyQueriesError, match="2 queries are under way"), admission.place("b"):
            pass
        with pytest.raises(TooManyQueriesError, match="You have 2"), admission.place("a"):
            pass
    assert admission.held == 0
