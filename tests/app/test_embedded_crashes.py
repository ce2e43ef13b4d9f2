"""The embedded server after every fault that the environment has shown us."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.store.embedded import EmbeddedPostgres, attach_or_start
from app.store.unavailable import StoreUnavailable
from tests.app.owners import ask, kill_owner_when, lives, owner_of, until

ROWS = 1000
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="the kernel's death signal is Linux's")


def pid_file_of(home: Path) -> Path:
    """Where a cluster's pid file is, while it has one."""
    [data] = home.glob("pg*/data")
    return data / "postmaster.pid"


def leave_stale_files(home: Path, pid: int) -> None:
    """Make a stopped cluster look as if its postmaster, number `pid`, had been killed."""
    data = pid_file_of(home).parent
    for file in (data / "postmaster.pid", data.parent / "run" / ".s.PGSQL.5432.lock"):
        file.write_text(f"{pid}\n{data}\n")


@pytest.mark.parametrize("with_the_server", [False, True], ids=["owner alone", "owner and postmaster"])
def test_every_row_survives_kill_9_and_a_start_at_once(open_tmp: Path, with_the_server: bool) -> None:
    """Three rounds: what was committed is there, and the old server is gone before the new one serves."""
    for kill in range(3):
        with owner_of(open_tmp) as owner:
            if kill == 0:
                ask(owner.dsn, "CREATE TABLE kept (n int)", "SELECT 1")
            assert ask(owner.dsn, "SELECT count(*) FROM kept") == kill * ROWS
            ask(owner.dsn, f"INSERT INTO kept SELECT generate_series(1, {ROWS})", "SELECT 1")
            owner.process.kill()
            if with_the_server:
                os.kill(owner.server_pid, signal.SIGKILL)
            owner.process.wait()
        with EmbeddedPostgres(open_tmp) as server:
            assert not lives(owner.server_pid)
            assert ask(server.dsn(), "SELECT count(*) FROM kept") == (kill + 1) * ROWS


@linux_only
def test_the_server_goes_with_its_killed_owner(open_tmp: Path) -> None:
    """After kill -9 of the owner nothing keeps running, even if nobody starts again."""
    with owner_of(open_tmp) as owner:
        owner.process.kill()
        until(lambda: not lives(owner.server_pid))


@linux_only
def test_the_server_goes_with_a_background_owner_that_is_told_to_terminate(open_tmp: Path) -> None:
    """A job started with & has SIGINT ignored; SIGTERM to it still ends the server, in order."""
    with owner_of(open_tmp, before=("/bin/sh", "-c", 'trap "" INT; exec "$@"', "sh")) as owner:
        owner.process.send_signal(signal.SIGINT)
        owner.process.terminate()
        assert owner.process.wait() == -signal.SIGTERM
        until(lambda: not lives(owner.server_pid))
    assert not pid_file_of(open_tmp).exists()


def test_a_zombie_in_the_pid_file_is_not_taken_for_a_server(open_tmp: Path) -> None:
    """A killed postmaster that nobody reaps keeps its number; the start goes on at once."""
    with EmbeddedPostgres(open_tmp):
        pass
    zombie = subprocess.Popen(["true"])
    until(lambda: not lives(zombie.pid))
    leave_stale_files(open_tmp, zombie.pid)
    with EmbeddedPostgres(open_tmp) as server:
        assert ask(server.dsn(), "SELECT 1") == 1
    zombie.wait()


def test_a_stranger_in_the_pid_file_is_left_alone(open_tmp: Path) -> None:
    """A number used again by somebody else's process neither stops the start nor that process."""
    with EmbeddedPostgres(open_tmp):
        pass
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as stranger:
        leave_stale_files(open_tmp, stranger.pid)
        with EmbeddedPostgres(open_tmp) as server:
            assert ask(server.dsn(), "SELECT 1") == 1
        assert lives(stranger.pid)


def test_another_clusters_server_in_the_pid_file_is_left_alone(open_tmp: Path) -> None:
    """Even if the number is now that of a PostgreSQL, it is only ended when it is this cluster's."""
    with EmbeddedPostgres(open_tmp / "one"), EmbeddedPostgres(open_tmp / "two"):
        pass
    with EmbeddedPostgres(open_tmp / "two") as other:
        assert other.pid
        leave_stale_files(open_tmp / "one", other.pid)
        with EmbeddedPostgres(open_tmp / "one") as server:
            assert ask(server.dsn(), "SELECT 1") == 1
        assert ask(other.dsn(), "SELECT 1") == 1


def test_a_postmaster_killed_under_its_owner_comes_back(open_tmp: Path) -> None:
    """The owner stops and starts again; its own unreaped child does not stand in the way."""
    server = EmbeddedPostgres(open_tmp).start()
    ask(server.dsn(), "CREATE TABLE kept AS SELECT 7 AS n", "SELECT 1")
    assert server.pid
    os.kill(server.pid, signal.SIGKILL)
    server.stop()
    with server:
        assert ask(server.dsn(), "SELECT n FROM kept") == 7


@pytest.mark.parametrize(
    "made", ["PG_VERSION", "global/pg_control", "base/1/PG_VERSION", "base/5/PG_VERSION"]
)
def test_an_owner_killed_in_its_first_start_leaves_nothing_in_the_way(open_tmp: Path, made: str) -> None:
    """At whatever file of initdb the kill comes, the next start makes all of it anew, at once."""
    kill_owner_when(open_tmp, lambda: any(open_tmp.glob(f"pg*/data.init-*/{made}")))
    with EmbeddedPostgres(open_tmp) as server:
        assert ask(server.dsn(), "SELECT 1") == 1
    with EmbeddedPostgres(open_tmp):
        assert not list(open_tmp.glob("pg*/data.init-*"))


@pytest.mark.parametrize("torn", ["", "garbage\n", "-1"])
def test_a_torn_pid_file_does_not_stop_the_start(open_tmp: Path, torn: str) -> None:
    """A power cut can leave the file empty or worse."""
    with EmbeddedPostgres(open_tmp):
        pass
    pid_file_of(open_tmp).write_text(torn)
    with EmbeddedPostgres(open_tmp) as server:
        assert ask(server.dsn(), "SELECT 1") == 1


def test_a_second_owner_is_refused_at_once_and_told_who_the_first_is(open_tmp: Path) -> None:
    """Two servers on one folder never happen; the sentence names the process and the way out."""
    with EmbeddedPostgres(open_tmp) as server, owner_of(open_tmp) as second:
        assert second.refused
        assert f"process {os.getpid()} " in second.refused
        assert "MEDHA_DATA_DIR" in second.refused
        assert ask(server.dsn(), "SELECT 1") == 1


def test_a_command_attaches_to_the_server_of_another_process(open_tmp: Path) -> None:
    """It works beside a running server, and leaves it running."""
    with owner_of(open_tmp) as owner:
        with attach_or_start(open_tmp) as server:
            assert not isinstance(server, EmbeddedPostgres)
            assert ask(server.dsn(), "SELECT 1") == 1
        assert ask(owner.dsn, "SELECT 1") == 1


def test_owners_that_start_together_agree_on_one_server(open_tmp: Path) -> None:
    """Of three at once one owns, two are refused; and one that attaches meanwhile gets the owner's server."""
    with owner_of(open_tmp) as one, owner_of(open_tmp) as two, owner_of(open_tmp) as three:
        owners = [owner for owner in (one, two, three) if not owner.refused]
        assert len(owners) == 1
        assert attach_or_start(open_tmp).dsn() == owners[0].dsn


def test_a_folder_of_somebody_else_is_refused_in_a_sentence(open_tmp: Path) -> None:
    """A file where the folder should be is reported with what to do, not with a traceback."""
    (open_tmp / "home").write_text("")
    with pytest.raises(StoreUnavailable, match="MEDHA_DATA_DIR"):
        EmbeddedPostgres(open_tmp / "home").start()
