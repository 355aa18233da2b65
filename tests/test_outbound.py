"""The only way out: addresses, redirects, sizes and times, against servers that mean harm."""

import asyncio
import gzip
import logging
import socket
import time
from collections.abc import Callable

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from hypothesis import given
from hypothesis import strategies as st

from kg.engine.addresses import ForbiddenAddressError, PublicResolver, is_public, public_socket
from kg.engine.endpoints import AllowList, Endpoint, entries_of, normalise
from kg.engine.errors import RefusalError, ResultTooLargeError, ServiceFailedError, ServiceRefusedError, ServiceTimeoutError
from kg.engine.limits import SERVICE_ALLOW, ServiceLimits
from kg.engine.outbound import Outbound
from kg.errors import UsageError
from tests.standin import Reply, StandIn, stand_in

LIMITS = ServiceLimits(response_mib=1, timeout_s=5, redirects=3)
GOOD = Reply()


def ask(site: StandIn, *others: str, limits: ServiceLimits = LIMITS, times: int = 1, seconds: float = 5) -> bytes:
    """Ask a stand-in that is on the list as a private one, with others."""

    async def run() -> bytes:
        allowed = AllowList.of((f"private:{site.url}", *others))
        async with Outbound(allowed, limits, contact="ops@example.org") as outbound:
            for _ in range(times - 1):
                with pytest.raises(ServiceFailedError):
                    await outbound.select(allowed.endpoints[0], "ASK {}", time.monotonic() + seconds)
            return await outbound.select(allowed.endpoints[0], "ASK {}", time.monotonic() + seconds)

    return asyncio.run(run())


def always(reply: Reply) -> Callable[[str], Reply]:
    """The same answer to every query."""
    return lambda _: reply


def test_a_result_comes_back() -> None:
    """And the endpoint is told who asks, and what is understood; there are no cookies."""
    with stand_in(always(Reply(headers={"Set-Cookie": "a=b"}))) as site:
        assert ask(site) == GOOD.body
        ask(site)

    headers, query = site.requests[1]
    assert query == "ASK {}"
    assert headers["Accept"] == "application/sparql-results+json"
    assert headers["User-Agent"].startswith("policy-kg/")
    assert "(https://w3id.org/policy-kg/; ops@example.org)" in headers["User-Agent"]
    assert "Cookie" not in headers


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """They could send a request anywhere."""
    with stand_in(always(Reply(status=500))) as proxy, stand_in(always(GOOD)) as site:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        ask(site)

    assert proxy.requests == []


def test_gzip_is_understood() -> None:
    """In pieces, too."""
    with stand_in(
        always(Reply(gzip.compress(GOOD.body * 9), headers={"Content-Encoding": "gzip"}, pieces=5, pause=0.01))
    ) as site:
        assert ask(site) == GOOD.body * 9


BOMB = gzip.compress(b" " * (64 * 1024 * 1024))
BAD: list[tuple[Reply, type[RefusalError], str]] = [
    (Reply(b" " * (1024 * 1024 + 1)), ResultTooLargeError, r"larger than 1 MiB\. Make its pattern"),
    (Reply(BOMB, headers={"Content-Encoding": "gzip"}), ResultTooLargeError, "larger than 1 MiB"),
    (Reply(b"no gzip", headers={"Content-Encoding": "gzip"}), ServiceFailedError, "broken gzip"),
    (Reply(gzip.compress(GOOD.body)[:-9], headers={"Content-Encoding": "gzip"}), ServiceFailedError, "broke off in the middle"),
    (Reply(b"", headers={"Content-Encoding": "br"}), ServiceFailedError, "in the coding 'br'"),
    (
        Reply(b"<html>", content_type="text/html"),
        ServiceFailedError,
        "answered with the type 'text/html'; expected application/sp",
    ),
    (Reply(GOOD.body, length=len(GOOD.body) + 1), ServiceFailedError, "could not be reached, or broke off"),
    (
        Reply(b"\n  Line 1: no\x1b such <b>thing</b>\nat x.y", 400, content_type="text/plain"),
        ServiceFailedError,
        "400: Line 1: no  such  thing",
    ),
    (Reply(b"<html>secret", 500, content_type="text/html"), ServiceFailedError, r"status 500\.$"),
    (Reply(b"x" * 5000, 503, content_type="text/plain"), ServiceFailedError, r"503: x{200}\.$"),
    (Reply(GOOD.body, pieces=40, pause=0.2), ServiceTimeoutError, r"no result within 0\.5 s"),
    (Reply(status=303, headers={"Location": "/x"}), ServiceFailedError, "status 303"),
]


@pytest.mark.parametrize("reply, error, message", BAD)
def test_what_is_no_result(reply: Reply, error: type[RefusalError], message: str) -> None:
    """Each has a status of its own, and a message that tells where it comes from."""
    with stand_in(always(reply)) as site, pytest.raises(error, match=message) as caught:
        ask(site, seconds=0.5 if error is ServiceTimeoutError else 20)

    assert site.url in str(caught.value)
    assert (caught.value.status, error) in {(403, ResultTooLargeError), (502, ServiceFailedError), (504, ServiceTimeoutError)}


def test_nobody_there() -> None:
    """A refused connection is the endpoint's failure."""
    with stand_in(always(GOOD)) as site:
        pass

    with pytest.raises(ServiceFailedError, match="could not be reached"):
        ask(site)


def test_a_pause_is_respected() -> None:
    """After 429 with Retry-After nothing is sent until then; the wish itself has a bound."""
    with stand_in(always(Reply(status=429, headers={"Retry-After": "99999"}))) as site:
        with pytest.raises(ServiceFailedError, match="asked for a pause, of which 600 s are left") as error:
            ask(site, times=3)

        assert len(site.requests) == 1
        assert error.value.retry_after_s == 601


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:9/sparql",
        "http://10.0.0.1/",
        "http://[::ffff:127.0.0.1]/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://169.254.169.254/latest/meta-data/",
        "file:///etc/passwd",
        "//other.example/sparql",
        "gopher://127.0.0.1/",
        "/other",
        "?x=y",
        "",
    ],
)
def test_redirects_to_what_is_not_listed_are_refused(location: str) -> None:
    """Whatever the status of the redirect; nothing is sent there."""
    for status in (301, 302, 307, 308):
        with stand_in(always(Reply(status=status, headers={"Location": location}))) as site:
            with pytest.raises(ServiceRefusedError, match="redirects to an address that is not on the list"):
                ask(site)

            assert len(site.requests) == 1


def test_a_redirect_to_a_listed_endpoint_is_followed() -> None:
    """As a POST with the same query."""
    with stand_in(always(GOOD)) as second, stand_in(always(Reply(status=302, headers={"Location": second.url}))) as first:
        assert ask(first, f"private:{second.url}") == GOOD.body

    assert second.queries == ["ASK {}"]


def test_a_public_endpoint_does_not_redirect_to_a_private_one() -> None:
    """Even to one on the list."""
    with stand_in(always(GOOD)) as site:
        allowed = AllowList.of((f"private:{site.url}",))
        outbound_redirected = Outbound(allowed, LIMITS)._redirected

        with pytest.raises(ServiceRefusedError):
            outbound_redirected(Endpoint("http://public.example/sparql"), site.url)


def test_redirects_end() -> None:
    """After three."""
    with stand_in(always(Reply(status=307, headers={"Location": ""}))) as site:
        pass
    with stand_in(lambda _: Reply(status=307, headers={"Location": "/sparql"})) as site:
        with pytest.raises(ServiceFailedError, match="redirects more than 3 times"):
            ask(site)

        assert len(site.requests) == 4


class FakeDns(AbstractResolver):
    """Answers in turn; the last one stays."""

    def __init__(self, *answers: tuple[str, ...]) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC) -> list[ResolveResult]:
        """Addresses for any name."""
        addresses = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        return [
            ResolveResult(hostname=host, host=address, port=port, family=socket.AF_INET, proto=0, flags=0)
            for address in addresses
        ]

    async def close(self) -> None:
        """Do nothing."""


def ask_by_name(dns: FakeDns, port: int, times: int = 1) -> list[RefusalError]:
    """Ask a public endpoint that a name server leads somewhere."""

    async def run() -> list[RefusalError]:
        url = f"http://rebind.example:{port}/sparql"
        found = []
        async with Outbound(AllowList.of((url,)), ServiceLimits(timeout_s=0.3), resolver=dns) as outbound:
            for _ in range(times):
                with pytest.raises(RefusalError) as error:
                    await outbound.select(Endpoint(url), "ASK {}", time.monotonic() + 1)
                found.append(error.value)
        return found

    return asyncio.run(run())


@pytest.mark.parametrize("answer", [("127.0.0.1",), ("93.184.215.14", "10.0.0.1"), ("::ffff:127.0.0.1",), ("100.64.0.1",)])
def test_a_name_with_a_private_address_is_refused(answer: tuple[str, ...]) -> None:
    """One such address among public ones is enough; the message does not tell it."""
    with stand_in(always(GOOD)) as site:
        [error] = ask_by_name(FakeDns(answer), int(site.url.split(":")[2].split("/")[0]))

        assert isinstance(error, ServiceRefusedError)
        assert "rebind.example, which has an address that is not public" in str(error)
        assert not any(address in str(error) for address in answer)
        assert site.requests == []


def test_rebinding(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each request asks DNS once, and connects to what was checked: a name that was public is refused when it is not."""
    tried: list[str] = []

    def unreachable(info: tuple[int, int, int, str, tuple[str, int]]) -> socket.socket:
        tried.append(info[4][0])
        raise OSError

    monkeypatch.setattr("kg.engine.outbound.public_socket", unreachable)
    dns = FakeDns(("93.184.215.14",), ("127.0.0.1",))
    with stand_in(always(GOOD)) as site:
        port = int(site.url.split(":")[2].split("/")[0])
        errors = ask_by_name(dns, port, times=2)

        assert [type(error) for error in errors] == [ServiceFailedError, ServiceRefusedError]
        assert tried == ["93.184.215.14"]
        assert dns.asked == 2
        assert site.requests == []


def test_the_socket_is_the_last_check() -> None:
    """An address that came past DNS, as one written in the URL does, gets no socket."""
    with stand_in(always(GOOD)) as site:

        async def run() -> None:
            async with Outbound(AllowList(()), LIMITS) as outbound:
                await outbound.select(Endpoint(site.url), "ASK {}", time.monotonic() + 1)

        with pytest.raises(ServiceRefusedError, match="not public"):
            asyncio.run(run())

        assert site.requests == []
    with pytest.raises(ForbiddenAddressError):
        public_socket((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80)))
    public_socket((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", 80))).close()


def test_other_spellings_of_an_address_are_resolved_and_refused() -> None:
    """The system takes decimal, hexadecimal and octal numbers for addresses; what counts is what it makes of them."""

    async def run(host: str) -> None:
        resolver = PublicResolver()
        try:
            await resolver.resolve(host, 80)
        finally:
            await resolver.close()

    for host in ("2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost"):
        with pytest.raises(ForbiddenAddressError):
            asyncio.run(run(host))


@pytest.mark.parametrize(
    "address",
    [
        *(
            "0.0.0.1",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "127.9.9.9",
            "169.254.169.254",
            "172.16.0.1",
            "192.168.1.1",
            "192.0.0.1",
        ),
        *("198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.88.99.1", "203.0.113.1"),
        *(
            "::",
            "::1",
            "::ffff:8.8.8.8",
            "::ffff:127.0.0.1",
            "::127.0.0.1",
            "64:ff9b::8.8.8.8",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
        ),
        *(
            "2001:db8::1",
            "2002:7f00:1::",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "fe80::1%eth0",
            "fec0::1",
            "ff02::1",
            "3fff::1",
            "5f00::1",
        ),
        *("localhost", "", "127.1", "2606:4700::1%1"),
    ],
)
def test_addresses_that_are_not_public(address: str) -> None:
    """Private, shared, loopback, link-local, multicast, reserved, and those that embed another; and what is no address."""
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "91.198.174.192", "172.32.0.1", "2620:0:862:ed1a::1", "2a02:ec80:300:ed1a::1"])
def test_addresses_that_are_public(address: str) -> None:
    """Those of ordinary hosts."""
    assert is_public(address)


@given(st.ip_addresses())
def test_public_is_never_more_than_what_python_takes_for_global(address: object) -> None:
    """Our list is at least as strict as the standard library's."""
    if is_public(str(address)):
        assert address.is_global  # type: ignore[attr-defined]


def test_calls_at_a_time_are_bounded() -> None:
    """Two for each endpoint; others wait for their turn."""
    running: list[int] = []
    most: list[int] = []

    def answer(_: str) -> Reply:
        running.append(1)
        most.append(len(running))
        time.sleep(0.05)
        running.pop()
        return GOOD

    async def run(url: str) -> None:
        allowed = AllowList.of((f"private:{url}",))
        async with Outbound(allowed, LIMITS) as outbound:
            calls = [outbound.select(allowed.endpoints[0], "ASK {}", time.monotonic() + 5) for _ in range(7)]
            await asyncio.gather(*calls)

    with stand_in(answer) as site:
        asyncio.run(run(site.url))

    assert max(most) == 2


def test_the_default_list() -> None:
    """Both endpoints of it, in each spelling of the same address."""
    allowed = AllowList.of(entries_of(SERVICE_ALLOW))

    assert allowed.find("https://query.wikidata.org/sparql")
    assert allowed.find("HTTPS://Query.Wikidata.ORG:443/sparql")
    assert allowed.find("https://publications.europa.eu/webapi/rdf/sparql")
    assert entries_of(" , ") == ()


@pytest.mark.parametrize(
    "iri",
    [
        "http://query.wikidata.org/sparql",
        "https://query.wikidata.org/sparql/",
        "https://query.wikidata.org/Sparql",
        "https://query.wikidata.org/%73parql",
        "https://query.wikidata.org/x/../sparql",
        "https://query.wikidata.org./sparql",
        "https://query.wikidata.org:8443/sparql",
        "https://query.wikidata.org:x/sparql",
        "https://query.wikidata.org/sparql?default-graph-uri=x",
        "https://query.wikidata.org/sparql#",
        "https://user@query.wikidata.org/sparql",
        "https://query.wikidata.org@evil.example/sparql",
        "https://query.wikidata.org\\@evil.example/sparql",
        "https://query.wikidata.org.evil.example/sparql",
        "https://query.wikidata.org\n/sparql",
        "https://query.wikidat\u0430.org/sparql",
        "//query.wikidata.org/sparql",
        "ftp://query.wikidata.org/sparql",
        "",
    ],
)
def test_what_only_looks_like_a_listed_endpoint(iri: str) -> None:
    """Addresses are compared, not understood."""
    assert AllowList.of(entries_of(SERVICE_ALLOW)).find(iri) is None


@given(st.text())
def test_normalising_never_breaks(text: str) -> None:
    """And what it gives stays as it is."""
    address = normalise(f"https://{text}")

    assert address is None or normalise(address) == address


@pytest.mark.parametrize(
    "entry, message",
    [
        ("wikidata", "'wikidata': expected an http"),
        ("ftp://a.example/", "expected an http"),
        ("https://a.example/#x", "without a fragment"),
        ("https://a.example:99999/", "expected an http"),
        ("https://ops:secret@a.example/", "with a user or password"),
        ("https://exämple.org/", "expected an http"),
        ("http://0x7f.1/", "no plain host name"),
        ("http://2130706433/", "no plain host name"),
        ("http://a_b.example/", "no plain host name"),
        (
            "http://127.0.0.1:9999/sparql",
            "not a public address. If every user may query what runs there, write private:http://127",
        ),
        ("http://[::ffff:7f00:1]/sparql", "not a public address"),
    ],
)
def test_bad_entries_are_told_at_the_start(entry: str, message: str) -> None:
    """With the remedy; a password is not repeated."""
    with pytest.raises(UsageError, match=message) as error:
        AllowList.of((entry,))

    assert "secret" not in str(error.value)


@pytest.mark.parametrize("contact", ["a\r\nX: y", "é", "a(b"])
def test_a_contact_that_cannot_be_sent(contact: str) -> None:
    """It is refused at the start."""
    with pytest.raises(UsageError, match="expected an e-mail address or a page"):
        Outbound(AllowList(()), LIMITS, contact=contact)


def test_nothing_of_a_query_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """What people ask is theirs."""
    with caplog.at_level(logging.DEBUG), stand_in(always(GOOD)) as site:
        ask(site)

    assert "ASK" not in caplog.text
