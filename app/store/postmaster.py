"""The postmaster as a process: its pid file, what a crash left of it, its start and its end."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import psutil

from app.store.account import Account, server_environment
from app.store.binaries import Binaries
from app.store.cluster import PORT, Cluster
from app.store.unavailable import StoreUnavailable

POLL = 0.01
START_TIMEOUT = 300.0  # crash recovery replays what was not checkpointed
STOP_TIMEOUT = 60.0
CONNECTIONS = 200
PR_SET_PDEATHSIG = 1


def ready_pid(cluster: Cluster) -> int | None:
    """The postmaster that says in its pid file that it takes connections."""
    try:
        lines = cluster.pid_file.read_text().splitlines()
    except FileNotFoundError:
        return None
    return int(lines[0]) if len(lines) >= 8 and lines[7].strip() == "ready" else None


def serves(pid: int, cluster: Cluster) -> bool:
    """Whether `pid` is a live server process of this cluster, not a zombie nor a stranger with its number."""
    try:
        process = psutil.Process(pid)
        living = process.status() != psutil.STATUS_ZOMBIE
        return living and process.name().startswith("postgres") and Path(process.cwd()).samefile(cluster.data)
    except (psutil.Error, OSError):
        return False


def clear_leftovers(cluster: Cluster) -> None:
    """End what a killed owner left running, and remove the stale pid files. Call it with the lock held.

    A postmaster finishes in order; its children, when it is gone itself, have nobody to serve.
    PostgreSQL itself would stop at the files if their number is alive again, as a zombie's or a
    stranger's; it still looks for the old shared memory.
    """
    if cluster.pid_file.exists():
        first, *_ = [*cluster.pid_file.read_text().splitlines(), ""]
        _end_servers(cluster, postmaster=int(first) if first.isdigit() else 0)
    cluster.pid_file.unlink(missing_ok=True)
    cluster.socket_lock.unlink(missing_ok=True)


def _end_servers(cluster: Cluster, postmaster: int) -> None:
    for pid in _server_processes(cluster):
        if pid == postmaster or not serves(postmaster, cluster):
            _signal(pid, signal.SIGINT if pid == postmaster else signal.SIGQUIT)
    _wait_until_gone(cluster)


def _server_processes(cluster: Cluster) -> list[int]:
    return [pid for pid in psutil.pids() if serves(pid, cluster)]


def _wait_until_gone(cluster: Cluster) -> None:
    deadline = time.monotonic() + STOP_TIMEOUT
    while pids := _server_processes(cluster):
        if time.monotonic() > deadline:
            raise StoreUnavailable(
                f"an earlier server of {cluster.data} does not end: stop process {pids[0]}"
            )
        time.sleep(POLL)


def _signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def spawn(cluster: Cluster, binaries: Binaries, account: Account) -> subprocess.Popen[bytes]:
    """Start the server as our child, in a session of its own: Ctrl-C reaches us alone, and we stop it."""
    with open(os.open(cluster.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab") as log:
        return subprocess.Popen(
            [binaries.program("postgres"), "-D", str(cluster.data), "-p", str(PORT), *_options(cluster)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=server_environment(),
            user=account.uid if account.switch else None,
            group=account.gid if account.switch else None,
            extra_groups=() if account.switch else None,
            start_new_session=True,
            preexec_fn=_die_with_parent(),
        )


def _options(cluster: Cluster) -> Iterable[str]:
    quoted = str(cluster.sockets).replace('"', '""')
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": f'"{quoted}"',
        "unix_socket_permissions": "0700",
        "max_connections": str(CONNECTIONS),
        "timezone": "UTC",
        "log_timezone": "UTC",
    }
    for name, value in settings.items():
        yield from ("-c", f"{name}={value}")


def _die_with_parent() -> Callable[[], None] | None:
    """What the child does before it becomes postgres: ask for SIGINT, a fast shutdown, when we are killed.

    Linux clears the wish at a change of user, so it comes after that. It is bound to the thread that
    starts the child, hence the main one. Elsewhere the next start ends what is left.
    """
    if sys.platform != "linux":
        return None
    libc, parent = ctypes.CDLL(None), os.getpid()

    def arrange() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGINT)
        if os.getppid() != parent:  # killed before the wish was made
            os._exit(1)

    return arrange


def wait_ready(cluster: Cluster, server: subprocess.Popen[bytes]) -> None:
    """Return when the server takes connections; raise StoreUnavailable with its own words when it ends."""
    deadline = time.monotonic() + START_TIMEOUT
    while ready_pid(cluster) != server.pid:
        if server.poll() is not None:
            raise StoreUnavailable(f"PostgreSQL did not start; {cluster.log} ends with: {_tail(cluster.log)}")
        if time.monotonic() > deadline:
            end(server)
            raise StoreUnavailable(f"PostgreSQL was not ready in {START_TIMEOUT:.0f} s: see {cluster.log}")
        time.sleep(POLL)


def _tail(log: Path) -> str:
    return " / ".join(log.read_text(errors="replace").splitlines()[-4:])


def end(server: subprocess.Popen[bytes]) -> None:
    """Stop our child, at first politely; it is gone and reaped on return."""
    for number, patience in ((signal.SIGINT, STOP_TIMEOUT), (signal.SIGQUIT, 10), (signal.SIGKILL, None)):
        server.send_signal(number)
        try:
            server.wait(patience)
        except subprocess.TimeoutExpired:
            continue
        return
