"""What goes wrong between ``kg publish`` and a store: each error has place, cause and remedy, and no secret."""

import base64
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kg.cli import main
from kg.credentials import Credentials, from_environment
from kg.errors import PublishError, UsageError
from kg.store import Release
from kg.target import Target, check_url, guess_protocol, guess_query_endpoint
from tests.published import small_graphs, write_release
from tests.stores import free_port

Answer = tuple[int, dict[str, str], bytes]
NO_ROWS: Answer = (200, {}, b'{"head":{"vars":["g"]},"results":{"bindings":[]}}')


@contextmanager
def server(answer: Callable[[BaseHTTPRequestHandler], Answer | None]) -> Iterator[str]:
    """A server on loopback that answers as it is told; with no answer, it breaks the connection off."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline(65537)
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            given = answer(self)
            if given is None:
                self.close_connection = True
                return
            self.send_response(given[0])
            for name, value in {"Content-Length": str(len(given[2])), **given[1]}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(given[2])

        def log_message(self, *_: object) -> None:
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{running.server_port}"
    finally:
        running.shutdown()
        thread.join()
        running.server_close()


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A small release."""
    return write_release(tmp_path_factory.mktemp("release"), "0.1.0-first", small_graphs())


def kg(release: Release, url: str, *options: str, **environment: str) -> Result:
    """Run ``kg publish``."""
    return CliRunner().invoke(main, ["publish", "--to", url, "--release", str(release.path), *options], env=environment)


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (302, "it is elsewhere; give the URL that it redirects to"),
        (400, "is it the endpoint for --protocol gsp?"),
        (401, "set KG_PUBLISH_USER and KG_PUBLISH_PASSWORD, or KG_PUBLISH_TOKEN"),
        (403, "the account may not write there"),
        (404, "nothing is there; check the URL"),
        (405, "the store is read-only there"),
        (413, "use a smaller --chunk"),
        (415, "try the other --protocol"),
        (500, "the store failed; its log says why (disk full)"),
    ],
)
def test_status_of_a_write(release: Release, status: int, told: str) -> None:
    """The URL, the status, what it means, what the store said, and what is in place."""
    with server(lambda got: NO_ROWS if got.path == "/query" else (status, {}, b"disk full")) as base:
        result = kg(release, f"{base}/store")

    assert result.exit_code == 1
    assert f"{base}/store: " in result.stderr
    assert f"status {status}: " in result.stderr
    assert told in result.stderr
    assert "Written: nothing. Not written: alpha-2020, beta-2021, entities, kinds, description." in result.stderr


def test_query_endpoint_that_is_none(release: Release) -> None:
    """A status, a page, numbers that are none."""
    page: Answer = (200, {}, b"<html>Welcome</html>")
    with server(lambda _: (404, {}, b"")) as base:
        assert "the query endpoint is named with --query-endpoint" in kg(release, f"{base}/store").stderr
    with server(lambda _: page) as base:
        assert "something that is not SPARQL JSON (a page)" in kg(release, f"{base}/store").stderr
    with server(lambda got: NO_ROWS if got.path == "/query" else (204, {}, b"")) as base:
        assert "gave no number for the triples of" in kg(release, f"{base}/store").stderr


def test_connection_refused(release: Release) -> None:
    """Nobody listens."""
    result = kg(release, f"http://127.0.0.1:{free_port()}/store")

    assert result.exit_code == 1
    assert "connection refused; does the store run, and on this port?" in result.stderr


def test_unknown_host(release: Release) -> None:
    """A name that is never one (RFC 6761, section 6.4)."""
    assert "cannot connect (" in kg(release, "http://store.invalid/store").stderr


def test_no_answer(release: Release) -> None:
    """A store that is silent, and one that hangs up."""
    silent = threading.Event()
    with server(lambda _: NO_ROWS if silent.wait(5) else None) as base:
        result = kg(release, f"{base}/store", "--timeout", "0.2")
        silent.set()
    with server(lambda _: None) as base:
        broken = kg(release, f"{base}/store")

    assert "/query: POST got no answer within 0.2 s; check the URL" in result.stderr
    assert "the store broke off the connection (RemoteDisconnected)" in broken.stderr


def test_tls_where_there_is_none(release: Release) -> None:
    """Https to a server of http."""
    with server(lambda _: NO_ROWS) as base:
        result = kg(release, f"{base.replace('http:', 'https:')}/store")

    assert "/query: TLS failed (" in result.stderr
    assert "is its authority known (SSL_CERT_FILE)?" in result.stderr


def test_certificate_of_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """A certificate that does not verify is named by its reason."""
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_message = "self-signed certificate"

    def connect(*_: object) -> None:
        raise error

    monkeypatch.setattr(Target, "_connect", connect)
    target = Target("https://example.org/store", "https://example.org/query", "gsp", Credentials(), 5)
    with target, pytest.raises(PublishError, match=r"TLS failed \(self-signed certificate\)"):
        target.drop("https://example.org/g")


def test_answer_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is no SPARQL endpoint is not read for ever."""
    monkeypatch.setattr("kg.target._ANSWER_BYTES", 10)
    with server(lambda _: NO_ROWS) as base, Target(base, base, "gsp", Credentials(), 5) as target, _is_none():
        target.ask("ASK {}")


def _is_none() -> AbstractContextManager[object]:
    return pytest.raises(PublishError, match="is it a SPARQL endpoint")


@pytest.mark.parametrize(
    ("options", "environment", "told"),
    [
        (("http://u:secret@example.org/store",), {}, "has a name or password in it"),
        (("ftp://example.org/store",), {}, "not the URL of a store"),
        (("http://[/store",), {}, "cannot be read"),
        (("http://example.org/somewhere",), {}, "name it with --query-endpoint"),
        (("http://127.0.0.1/store",), {"KG_PUBLISH_USER": "u"}, "KG_PUBLISH_USER is set and KG_PUBLISH_PASSWORD is not"),
        (("http://127.0.0.1/store",), {"KG_PUBLISH_PASSWORD": "secret"}, "KG_PUBLISH_PASSWORD is set and KG_PUBLISH_USER is not"),
        (
            ("http://127.0.0.1/store",),
            {"KG_PUBLISH_USER": "u", "KG_PUBLISH_PASSWORD": "secret", "KG_PUBLISH_TOKEN": "secret"},
            "unset what is not for this store",
        ),
        (("http://127.0.0.1/store",), {"KG_PUBLISH_TOKEN": "secret\n"}, "another character that no header can have"),
    ],
)
def test_wrong_calls(release: Release, options: tuple[str, ...], environment: dict[str, str], told: str) -> None:
    """Status 2, and no secret in the message."""
    result = kg(release, *options, **environment)

    assert result.exit_code == 2, result.output
    assert told in " ".join(result.stderr.split())
    assert "secret" not in result.output


def test_release_that_cannot_be_published(tmp_path: Path) -> None:
    """No graphs, and a graph that is not ours."""
    release = write_release(tmp_path, "0.1.0-none", {})
    file = release.path / "release.json"

    file.write_text('{"version": "1", "graphs": {}}', encoding="utf-8")
    assert "lists no graphs" in kg(release, "http://127.0.0.1/store").stderr
    file.write_text('{"version": "1", "graphs": {"https://example.org/g": 1}}', encoding="utf-8")
    assert "https://example.org/g is not below https://w3id.org/policy-kg/graph/" in kg(release, "http://127.0.0.1/store").stderr


def test_basic_token_and_a_query_endpoint_of_another_host(release: Release) -> None:
    """Basic after the challenge, a token at once; neither to another origin."""
    seen: dict[str, set[str | None]] = {"store": set(), "query": set()}

    def protected(got: BaseHTTPRequestHandler) -> Answer:
        seen["store"].add(got.headers["Authorization"])
        return (201, {}, b"") if got.headers["Authorization"] else (401, {"WWW-Authenticate": 'Basic realm="r"'}, b"")

    def query(got: BaseHTTPRequestHandler) -> Answer:
        seen["query"].add(got.headers["Authorization"])
        return NO_ROWS

    with server(protected) as base, server(query) as other:
        options = (f"{base}/x", "--query-endpoint", f"{other}/query")
        kg(release, *options, KG_PUBLISH_USER="u", KG_PUBLISH_PASSWORD="é:p")
        kg(release, *options, KG_PUBLISH_TOKEN="t0ken")

    assert seen["store"] == {None, "Basic " + base64.b64encode("u:é:p".encode()).decode(), "Bearer t0ken"}
    assert seen["query"] == {None}


def test_digest_of_the_rfc(monkeypatch: pytest.MonkeyPatch) -> None:
    """The example of RFC 7616, section 3.9.1, with both algorithms; a wrong password is not tried for ever."""
    monkeypatch.setattr("kg.credentials.secrets.token_hex", lambda _: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ")
    common = 'realm="http-auth@example.org", qop="auth, auth-int", nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", '
    opaque = 'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
    for algorithm, response in (
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
    ):
        secret = Credentials("Mufasa", "Circle of Life")
        challenge = [f"Digest {common}algorithm={algorithm}, {opaque}"]

        assert secret.challenge(challenge)
        assert f'response="{response}"' in secret.header("GET", "/dir/index.html")["Authorization"]
        assert "nc=00000002" in secret.header("GET", "/")["Authorization"]
        assert not secret.challenge(challenge)
        assert secret.challenge([challenge[0] + ", stale=true"])
    assert not Credentials("u", "p").challenge(["Digest algorithm=ROT13, nonce=x", "Negotiate"])
    assert 'response="' in _answered('Digest realm="a\\"b", nonce="n"')


def _answered(challenge: str) -> str:
    secret = Credentials("u", "p")
    secret.challenge([challenge])
    return secret.header("GET", "/")["Authorization"]


def test_no_secret_in_a_representation() -> None:
    """Neither of the credentials, nor of what they were made from."""
    shown = repr(from_environment("X", {"X_USER": "u", "X_PASSWORD": "secret"})) + repr(Credentials(token="secret"))

    assert "secret" not in shown
    assert not Credentials()


@pytest.mark.parametrize(
    ("url", "protocol", "query"),
    [
        ("http://h:7878/store", "gsp", "http://h:7878/query"),
        ("http://h:7878/update", "update", "http://h:7878/query"),
        ("http://h:8890/sparql-graph-crud-auth", "gsp", "http://h:8890/sparql"),
        ("http://h:8890/sparql-auth", "update", "http://h:8890/sparql"),
        ("http://h:3030/ds/data", "gsp", "http://h:3030/ds/query"),
        ("http://h:7200/repositories/r/rdf-graphs/service", "gsp", "http://h:7200/repositories/r"),
        ("http://h:7200/repositories/r/statements", "update", "http://h:7200/repositories/r"),
        ("https://h:8182/sparql/gsp/", "gsp", "https://h:8182/sparql"),
    ],
)
def test_guesses(url: str, protocol: str, query: str) -> None:
    """The endpoints of stores that are known."""
    assert (guess_protocol(url), guess_query_endpoint(check_url(url))) == (protocol, query)


def test_guess_of_nothing() -> None:
    """An endpoint of no store that is known."""
    with pytest.raises(UsageError, match="--query-endpoint"):
        guess_query_endpoint("http://h/x")
