"""The folder of one PostgreSQL cluster: what lies where in it, and how it comes to be."""

import hashlib
import os
import shutil
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from app.store.account import Account
from app.store.binaries import Binaries
from app.store.unavailable import StoreUnavailable

PORT = 5432  # a part of the socket's name; nothing listens on a network
DATABASE = "medha"
LONGEST_SOCKET_FOLDER = 90  # the kernel takes 107 bytes, macOS 103, with "/.s.PGSQL.5432" in them
LOG_KEPT = 10_000_000


@dataclass(frozen=True)
class Cluster:
    """One cluster of one major version; its data cannot be read by another."""

    home: Path
    major: int

    @property
    def folder(self) -> Path:
        """Where everything of this major version is."""
        return self.home / f"pg{self.major}"

    @property
    def data(self) -> Path:
        """PostgreSQL's data directory."""
        return self.folder / "data"

    @property
    def pid_file(self) -> Path:
        """What the postmaster writes about itself while it lives."""
        return self.data / "postmaster.pid"

    @property
    def socket_lock(self) -> Path:
        """The second file that names the postmaster."""
        return self.sockets / f".s.PGSQL.{PORT}.lock"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.folder / "server.log"

    @property
    def sockets(self) -> Path:
        """Where the socket is: beside the data, or in /tmp where that path is too long or has a comma."""
        beside = self.folder / "run"
        if len(os.fsencode(beside)) <= LONGEST_SOCKET_FOLDER and "," not in str(beside):
            return beside
        return Path("/tmp", f"medha-{hashlib.sha256(os.fsencode(self.data)).hexdigest()[:20]}")


def clusters_in(home: Path) -> list[Cluster]:
    """Every cluster that has been made in `home`, whatever its version."""
    majors = [folder.parent.name.removeprefix("pg") for folder in home.glob("pg*/data")]
    return [Cluster(home, int(major)) for major in majors if major.isdigit()]


def prepare(cluster: Cluster, binaries: Binaries, account: Account) -> None:
    """Make the cluster's folders, and its data by initdb if there is none. Call it with the lock held."""
    _refuse_other_majors(cluster)
    _own_folder(cluster.folder, account)
    _own_folder(cluster.sockets, account)
    if not account.can_enter(cluster.folder):
        raise StoreUnavailable(
            f"PostgreSQL runs as account {account.name}, which may not enter {cluster.folder}: "
            "set MEDHA_DATA_DIR to a folder that every account may pass through, such as /var/lib/medha"
        )
    for draft in cluster.folder.glob("data.init-*"):
        shutil.rmtree(draft, ignore_errors=True)
    if not cluster.data.exists():
        _initialise(cluster, binaries, account)
    if cluster.log.exists() and cluster.log.stat().st_size > LOG_KEPT:
        cluster.log.replace(cluster.log.with_suffix(".log.1"))


def tidy(cluster: Cluster) -> None:
    """Leave no empty socket folder in /tmp behind a server that has stopped."""
    if cluster.sockets.parent != cluster.folder:
        with suppress(OSError):
            cluster.sockets.rmdir()


def _refuse_other_majors(cluster: Cluster) -> None:
    others = clusters_in(cluster.home)
    if others and cluster not in others:
        raise StoreUnavailable(
            f"{cluster.home} holds data of PostgreSQL {others[0].major}, and these programs are version "
            f"{cluster.major}: name programs of that version with MEDHA_PG_BINDIR, or move the data "
            "with pg_dump and pg_restore"
        )


def _own_folder(folder: Path, account: Account) -> None:
    """Make a folder of the account's alone; refuse one that somebody else has put there (in /tmp)."""
    if not folder.exists():
        folder.mkdir(mode=0o700)
        os.chown(folder, account.uid, account.gid)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != account.uid:
        raise StoreUnavailable(
            f"{folder} does not belong to account {account.name}: remove it, or give it back with "
            f"chown -R {account.name} '{folder}'"
        )
    if stat.S_IMODE(found.st_mode) != 0o700:
        folder.chmod(0o700)


def _initialise(cluster: Cluster, binaries: Binaries, account: Account) -> None:
    """Run initdb in a draft and rename it, so that an interruption leaves nothing half-made.

    The draft's name is ours: the initdb of an owner killed a moment ago may still be writing to its own.
    """
    draft = cluster.folder / f"data.init-{os.getpid()}"
    _must(account, _initdb(draft, binaries))
    # Single-user mode ends at each end of line, and needs no server.
    single = [binaries.program("postgres"), "--single", "-D", str(draft), "postgres"]
    _must(account, single, stdin=f"CREATE DATABASE {DATABASE}\n")
    draft.rename(cluster.data)
    folder = os.open(cluster.folder, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _initdb(draft: Path, binaries: Binaries) -> list[str]:
    # C.UTF-8 sorts alike on every machine; built in from 17 on, the C library's before that.
    builtin = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    locale = builtin if binaries.major >= 17 else ["--locale=C.UTF-8"]
    access = ["--username=postgres", "--auth-local=trust", "--auth-host=reject"]
    form = ["--encoding=UTF8", "--data-checksums", "--no-instructions"]
    return [binaries.program("initdb"), "--pgdata", str(draft), *access, *form, *locale]


def _must(account: Account, words: list[str], stdin: str = "") -> None:
    done = account.run(words, stdin)
    # A single-user server ends with 0 even after an error, and says so in a line of its own.
    if done.returncode or "ERROR:" in done.stdout:
        raise StoreUnavailable(
            f"the database could not be made: {words[0]} says: {done.stdout.strip()[-800:]}"
        )
