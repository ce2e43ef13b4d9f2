"""The `medha` command line: what a person sees when it is interrupted, and for words that mean nothing."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from app.cli import INTERRUPTED, main
from tests.servers import PATIENCE, environment


async def test_ctrl_c_ends_a_command_with_one_line(tmp_path: Path) -> None:
    """Interrupted while it waits for a database that took the connection and says nothing."""
    reached = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reached.set()
        await reader.read()  # until the other side is gone
        writer.close()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "app.cli", "candles", "list"),
            env=environment(tmp_path, MEDHA_DATABASE_URL=f"postgresql://somebody@127.0.0.1:{port}/medha"),
            stderr=asyncio.subprocess.PIPE,
        )
        await asyncio.wait_for(reached.wait(), PATIENCE)
        process.send_signal(signal.SIGINT)
        _, said = await asyncio.wait_for(process.communicate(), PATIENCE)

    assert process.returncode == INTERRUPTED
    assert said.decode().splitlines() == [
        "medha: interrupted; what it had not reported as done is not done"
    ], said


def test_a_setting_that_is_none_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Whatever the command."""
    for name in [name for name in os.environ if name.startswith("MEDHA_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("MEDHA_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("MEDHA_PROT", "8000")
    for words in (["serve"], ["demo"], ["candles", "list"], ["audit", "verify"]):
        assert main(words) == 1
        assert "did you mean MEDHA_PORT?" in capsys.readouterr().err


@pytest.mark.parametrize("words", [[], ["sing"], ["candles"], ["candles", "import"], ["audit", "forge"]])
def test_words_that_mean_nothing_end_with_the_usage(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Code 2, as argparse has it."""
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert "usage: medha" in capsys.readouterr().err
