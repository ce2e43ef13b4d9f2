"""PostgreSQL as a child of ours: started in the data folder, stopped with us, recovered after any crash."""

import os
import subprocess
import threading
import time
from pathlib import Path
from typing import Self
from urllib.parse import quote

from app.store.account import server_account
from app.store.binaries import find_binaries
from app.store.cluster import DATABASE, PORT, Cluster, clusters_in, prepare, tidy
from app.store.lock import OwnerLock
from app.store.postmaster import clear_leftovers, end, ready_pid, serves, spawn, wait_ready
from app.store.unavailable import StoreUnavailable

ATTACH_TIMEOUT = 60.0
ATTACH_POLL = 0.05


class OwnedElsewhere(StoreUnavailable):
    """Another process runs the server in this folder."""


class RunningPostgres:
    """A server that somebody runs: where to connect. Stopping it is not ours to do."""

    def __init__(self, sockets: Path | None = None) -> None:
        """Take the folder of the server's socket; None until there is a server."""
        self._sockets = sockets

    def dsn(self, user: str = "postgres", database: str = DATABASE) -> str:
        """A URL for asyncpg: over the socket, without a password, since its folder is the account's alone."""
        if not self._sockets:
            raise RuntimeError("the server has not been started")
        return f"postgresql://{quote(user)}@/{quote(database)}?host={quote(str(self._sockets))}&port={PORT}"

    def stop(self) -> None:
        """Leave the server to its owner."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class EmbeddedPostgres(RunningPostgres):
    """A server of our own in `home`. Durable as PostgreSQL is by itself; gone when this process is.

    `bindir` holds its programs; None takes the wheel's, or else the machine's.
    """

    def __init__(self, home: Path, bindir: Path | None = None) -> None:
        """Nothing happens until `start`."""
        super().__init__()
        self._home = home.absolute()
        self._bindir = bindir
        self._lock = OwnerLock(self._home / "lock")
        self._cluster: Cluster | None = None
        self._server: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        """Return when the server takes connections; make its data first if there is none.

        Call it from the main thread. Raise StoreUnavailable when another process owns `home`, or
        when the server cannot start.
        """
        if self.pid:
            return self
        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError("the server dies with the thread that starts it: start it from the main one")
        try:
            _make_home(self._home)
            if not self._lock.acquire():
                raise OwnedElsewhere(
                    f"{self._lock.holder()} already runs the database in {self._home}: "
                    "stop it, or set MEDHA_DATA_DIR to another folder"
                )
            self._start_locked()
        except OSError as refused:
            self.stop()
            raise StoreUnavailable(
                f"{refused.filename or self._home} cannot be used ({refused.strerror}): give it to the "
                "account that runs medha, or set MEDHA_DATA_DIR to another folder"
            ) from refused
        except BaseException:
            self.stop()
            raise
        return self

    def _start_locked(self) -> None:
        account = server_account(self._home)
        binaries = find_binaries(self._bindir, account, self._home / "binaries")
        self._cluster = cluster = Cluster(self._home, binaries.major)
        prepare(cluster, binaries, account)
        clear_leftovers(cluster)
        self._server = spawn(cluster, binaries, account)
        wait_ready(cluster, self._server)
        self._sockets = cluster.sockets

    @property
    def pid(self) -> int | None:
        """The postmaster's process id, None while there is none."""
        return self._server.pid if self._server and self._server.poll() is None else None

    def stop(self) -> None:
        """Stop the server in order and let the folder go; nothing happens when it is not running."""
        if self._server:
            end(self._server)
            self._server = None
        if self._cluster:
            tidy(self._cluster)
            self._cluster = None
        self._lock.release()

    def __enter__(self) -> Self:
        return self.start()


def attach_or_start(home: Path, bindir: Path | None = None) -> RunningPostgres:
    """The server that another process runs in `home`, or else one of our own, started.

    Raise StoreUnavailable when the owner's server does not become ready, or ours cannot start.
    """
    deadline = time.monotonic() + ATTACH_TIMEOUT
    while True:
        try:
            return EmbeddedPostgres(home, bindir).start()
        except OwnedElsewhere:
            if running := _running_in(home.absolute()):
                return running
            if time.monotonic() > deadline:
                raise
        time.sleep(ATTACH_POLL)  # its owner is starting or stopping


def _running_in(home: Path) -> RunningPostgres | None:
    for cluster in clusters_in(home):
        pid = ready_pid(cluster)
        if pid and serves(pid, cluster):
            return RunningPostgres(cluster.sockets)
    return None


def _make_home(home: Path) -> None:
    """Make `home`; root's lets other accounts pass, since the server runs as one of them."""
    mode = 0o711 if os.geteuid() == 0 else 0o700
    missing = [folder for folder in (home, *home.parents) if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(exist_ok=True)
        folder.chmod(mode)
