"""Which account PostgreSQL runs as: it refuses root, so root lends it another one."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from app.store.unavailable import StoreUnavailable

NAME = "medha"


@dataclass(frozen=True)
class Account:
    """Who a server process is. `switch` tells whether we have to become it first."""

    uid: int
    gid: int
    name: str
    switch: bool

    def run(self, words: list[str], stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command as this account; its outcome, output included, is returned whatever it is."""
        return subprocess.run(
            words,
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
            cwd="/",
            env=server_environment(),
            user=self.uid if self.switch else None,
            group=self.gid if self.switch else None,
            extra_groups=() if self.switch else None,
        )

    def can_enter(self, folder: Path) -> bool:
        """Whether this account may enter `folder`, all its parents included."""
        return not self.run(["/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder)]).returncode


def server_environment() -> dict[str, str]:
    """Our environment without what would bend the server's behaviour (PGPORT, PGDATA, a locale)."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return {**kept, "LC_ALL": "C", "TZ": "UTC"}


def server_account(home: Path) -> Account:
    """Ourselves, unless we are root: then the owner of the clusters in `home`, or the system account."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), str(os.geteuid()), switch=False)
    owner = max((cluster.stat().st_uid for cluster in home.glob("pg*")), default=0)
    entry = _entry(owner) if owner else _system_account()
    return Account(entry.pw_uid, entry.pw_gid, entry.pw_name, switch=True)


def _entry(uid: int) -> pwd.struct_passwd:
    try:
        return pwd.getpwuid(uid)
    except KeyError:
        raise StoreUnavailable(
            f"the database's files belong to account number {uid}, which does not exist here; "
            f"give them to one that does (chown -R), or set MEDHA_DATA_DIR to another folder"
        ) from None


def _system_account() -> pwd.struct_passwd:
    """The account `medha`, made now if it can be; or else nobody."""
    for name in (NAME, "nobody"):
        if name == NAME:
            _make_system_account()
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise StoreUnavailable(
        "PostgreSQL does not run as root, and there is no other account: "
        f"make one (useradd --system {NAME}), or set MEDHA_DATABASE_URL to a server of your own"
    )


def _make_system_account() -> None:
    known = any(entry.pw_name == NAME for entry in pwd.getpwall())
    if not known and (useradd := shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")):
        words = [
            useradd,
            "--system",
            "--no-create-home",
            "--user-group",
            "--shell",
            "/usr/sbin/nologin",
            NAME,
        ]
        subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
