"""The real server: starts, answers, follows a new release, and leaves nothing behind."""

import contextlib
import http.client
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kg.errors import InputError
from kg.pruning import prune
from kg.web.application import Options
from kg.web.serving import serve
from tests.serving import write_release
from tests.test_engine import wait_for

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import sys
from pathlib import Path
from kg.engine.limits import Limits
from kg.web.application import Options
from kg.web.serving import serve
serve(Options(Path(sys.argv[1]), port=0, limits=Limits(timeout_s=20, workers=1), stop_s=5))
"""
SLOW = "/sparql?query=SELECT(COUNT(*)AS%3Fn)%7B%3Fa%3Fb%3Fc.%3Fd%3Fe%3Ff.%3Fg%3Fh%3Fi%7D"


@contextlib.contextmanager
def server(build_dir: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A server on a free port; ended by its process id whatever happens."""
    command = [sys.executable, "-c", PROGRAM, str(build_dir)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stdout
            line = process.stdout.readline()
            match = re.fullmatch(
                r"policy-kg \S+ on http://127\.0\.0\.1:(\d+)/  \(SPARQL: http://127\.0\.0\.1:\1/sparql\)\n", line
            )
            assert match, line
            yield process, int(match[1])
        finally:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()


def get(port: int, path: str) -> tuple[int, str]:
    """Status and body of a GET."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    with contextlib.closing(connection):
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode()


def number(port: int, name: str) -> float:
    """A number of ``/metrics``; 0 if it is not there yet."""
    for line in get(port, "/metrics")[1].splitlines():
        if line.startswith(f"{name} "):
            return float(line.split()[-1])
    return 0.0


def answers(port: int) -> bool:
    """Whether the server is ready."""
    try:
        return get(port, "/healthz")[0] == 200
    except (OSError, http.client.HTTPException):
        return False


def children(pid: int) -> set[int]:
    """Process ids of the children of a process."""
    found: set[int] = set()
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(OSError):  # a thread that has just ended
            found.update(int(child) for child in (task / "children").read_text().split())
    return found


def command(pid: int) -> str:
    """Command line of a process."""
    return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")


def descendants(pid: int) -> set[int]:
    """Process ids of all children of a process, and theirs."""
    own = children(pid)
    return own.union(*(descendants(child) for child in own))


def application(process: subprocess.Popen[str]) -> int:
    """Process id of the application, the only child of the main process that has children."""
    return next(pid for pid in children(process.pid) if children(pid))


def gone(pids: set[int]) -> bool:
    """Whether all processes end within a few seconds."""

    def runs(pid: int) -> bool:
        try:
            return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
        except (FileNotFoundError, ProcessLookupError):  # before it was opened, or since
            return False

    for _ in range(100):
        if not any(map(runs, pids)):
            return True
        time.sleep(0.05)
    return False


linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@pytest.fixture(scope="module")
def build_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build directory with one release."""
    path = tmp_path_factory.mktemp("build")
    write_release(path, extra=3000)
    return path


@linux
@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_server_answers_and_ends(build_dir: Path, name: str) -> None:
    """Ready when it says so; a signal ends it and all its processes with status 0."""
    with server(build_dir) as (process, port):
        assert get(port, "/")[0] == 200
        assert get(port, "/sparql?query=ASK%7B%7D") == (200, '{"head":{},"boolean":true}')
        children = descendants(process.pid)
        process.send_signal(signal.Signals[name])

        assert process.wait(10) == 0
        assert len(children) >= 2
        assert gone(children)


@linux
@pytest.mark.parametrize("whose", ["main process", "application"])
def test_a_killed_server_leaves_no_process(build_dir: Path, whose: str) -> None:
    """Even without a chance to clean up, with queries that run and some that stand still, nothing is left."""
    with server(build_dir) as (process, port), contextlib.ExitStack() as stack:
        for number in range(6):
            connection = stack.enter_context(contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)))
            connection.request("GET", f"{SLOW}%23{number}")
        wait_for(lambda: any("State:\tT" in Path(f"/proc/{pid}/status").read_text() for pid in descendants(process.pid)))
        tree = descendants(process.pid)
        if whose == "application":
            os.kill(application(process), signal.SIGKILL)
            assert gone(tree)
        else:
            process.kill()
            process.wait(10)
            assert gone(tree)


def test_a_new_release_is_followed(tmp_path: Path) -> None:
    """When the link moves, the pages and the answers change together, without a restart."""
    write_release(tmp_path, "1")
    with server(tmp_path) as (_, port):
        before = get(port, "/healthz")[1]
        write_release(tmp_path, "2", extra=5)
        for _ in range(100):
            if '"2"' in get(port, "/healthz")[1]:
                break
            time.sleep(0.05)

        assert '"1"' in before
        assert '"2"' in get(port, "/healthz")[1]
        assert '"18"' in get(port, "/sparql?query=SELECT(COUNT(*)AS%3Fn)%7B%3Fa%3Fb%3Fc%7D")[1]


def test_a_release_is_not_removed_while_it_is_served(tmp_path: Path) -> None:
    """Also where the link has moved to one that cannot be served; when a later one is followed, it may go."""
    first = write_release(tmp_path, "1")
    with server(tmp_path) as (_, port):
        (write_release(tmp_path, "2") / "store" / "CURRENT").unlink()
        kept = prune(tmp_path, tmp_path / "none.md", 1).kept
        write_release(tmp_path, "3", extra=5)
        for _ in range(200):
            if first in (later := prune(tmp_path, tmp_path / "none.md", 1, dry_run=True)).removed:
                break
            time.sleep(0.05)

        assert kept[first] == "a server has it open"
        assert later.removed[0] == first
        assert '"3"' in get(port, "/healthz")[1]


def test_stalled_bodies_do_not_stop_the_others(build_dir: Path) -> None:
    """A client that announces bodies and sends none keeps nobody else from an answer; it has a number of bodies at a time."""
    head = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nContent-Length: 6\r\n\r\nASK"
    with server(build_dir) as (_, port), contextlib.ExitStack() as stack:
        for _ in range(300):
            stack.enter_context(socket.create_connection(("127.0.0.1", port))).sendall(head)

        assert get(port, "/healthz")[0] == 200
        other = socket.create_connection(("127.0.0.1", port), 10, source_address=("127.0.0.2", 0))
        with other, socket.create_connection(("127.0.0.1", port), 10) as same:
            for client in (other, same):
                client.sendall(head + b" {}")
            assert other.recv(12) == b"HTTP/1.1 200"
            assert same.recv(12) == b"HTTP/1.1 429"


@linux
def test_what_a_client_has_not_read_is_known(build_dir: Path) -> None:
    """The numbers tell how much waits for a client that reads a large result slowly, and that nothing does when it was read."""
    query = "/sparql?query=SELECT*%7B%3Fa%3Fb%3Fc.%3Fd%3Fe%3Ff.%3Fg%3Fh%3Fi.%3Fj%3Fk%3Fl%7DLIMIT%2030000"
    with server(build_dir) as (_, port), socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", port))
        client.sendall(f"GET {query} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        wait_for(lambda: number(port, "kg_unread_bytes") > 0)
        waits = number(port, "kg_unread_bytes")
        time.sleep(2.5)  # two looks
        assert number(port, "kg_unread_bytes") == waits
        got = 0
        while part := client.recv(1 << 16):
            got += len(part)

        assert got > waits
        wait_for(lambda: number(port, "kg_unread_bytes") == 0)
        assert number(port, "kg_slow_readers_cut") == 0


@linux
def test_a_client_that_hangs_up_frees_its_worker(build_dir: Path) -> None:
    """Its query is stopped at once, as the numbers tell."""
    with server(build_dir) as (_, port):
        before = number(port, "kg_workers_killed")
        for _ in range(3):
            with socket.create_connection(("127.0.0.1", port)) as client:
                client.sendall(f"GET {SLOW} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
                wait_for(lambda: number(port, "kg_long_queries") == 1)
                time.sleep(0.3)  # until a worker has it
            wait_for(lambda: number(port, "kg_queries_under_way") == 0)

        wait_for(lambda: number(port, "kg_workers_killed") == before + 3)
        assert number(port, 'kg_queries_total{outcome="gone"}') == 3


def test_a_graceful_stop_lets_queries_end(build_dir: Path) -> None:
    """What runs is answered; new connections are not taken."""
    query = "SELECT(COUNT(*)AS%3Fn)%7B%3Fa%3Chttps://example.org/p%3E%3Fc.%3Fd%3Chttps://example.org/p%3E%3Ff%7D"
    with server(build_dir) as (process, port), ThreadPoolExecutor(1) as threads:
        answer = threads.submit(get, port, f"/sparql?format=csv&query={query}")
        wait_for(lambda: number(port, "kg_long_queries") == 1)
        process.terminate()

        assert answer.result() == (200, "n\r\n9000000\r\n")
        assert process.wait(10) == 0


@linux
@pytest.mark.parametrize("whose", ["application", "process that forks", "query processes", "process for pages"])
def test_the_server_recovers_from_a_kill(build_dir: Path, whose: str) -> None:
    """Whatever is killed but the main process is back by itself."""
    with server(build_dir) as (process, port):
        wait_for(lambda: number(port, "kg_workers_idle") == 2)
        site = application(process)
        (forks,) = (pid for pid in children(site) if "kg.engine.zygote" in command(pid))
        (pages,) = children(site) - {forks}
        orphans = descendants(site)
        queries = children(forks)
        victims = {
            "application": {site},
            "process that forks": {forks},
            "query processes": queries,
            "process for pages": {pages},
        }[whose]
        for pid in victims:
            os.kill(pid, signal.SIGKILL)
        wait_for(lambda: answers(port))

        assert get(port, "/sparql?query=ASK%7B%7D") == (200, '{"head":{},"boolean":true}')
        assert gone(victims | (orphans if whose == "application" else set()))
        if whose == "process that forks":
            assert gone(queries)
            wait_for(lambda: number(port, "kg_workers_idle") >= 2)
            assert forks not in children(site)
            assert get(port, "/sparql?query=ASK%7B%7D%20") == (200, '{"head":{},"boolean":true}')
        assert get(port, "/")[0] == 200
        assert number(port, "kg_page_restarts") == (whose == "process for pages")


def test_port_in_use(build_dir: Path) -> None:
    """The message names the address and the remedy; nothing is started."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=rf"127\.0\.0\.1:{port}: cannot listen.*--port"):
            serve(Options(build_dir, port=port))


def test_tls(build_dir: Path, tmp_path: Path) -> None:
    """With a certificate and its key it is TLS that is spoken."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed, which makes the certificate of this test")
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    made = [
        "req",
        "-x509",
        "-newkey",
        "ed25519",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=localhost",
        "-addext",
        "subjectAltName=DNS:localhost",
    ]
    subprocess.run([openssl, *made, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    command = [sys.executable, "-m", "kg", "serve", "--build-dir", str(build_dir), "--port", "0"]
    command += ["--tls-certificate", str(certificate), "--tls-key", str(key)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            line = process.stdout.readline()
            port = int(line.rpartition(":")[2].partition("/")[0])
            connection = http.client.HTTPSConnection(
                "localhost", port, timeout=10, context=ssl.create_default_context(cafile=certificate)
            )
            with contextlib.closing(connection):
                connection.request("GET", "/sparql?query=ASK%7B%7D")
                assert connection.getresponse().read() == b'{"head":{},"boolean":true}'
            assert line.startswith("policy-kg 1 on https://127.0.0.1:")
        finally:
            process.terminate()
            process.wait(20)
