"""The README's main job, word for word: every document of it, in its order, and its Python."""

import asyncio
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from app.store.candles import write_candles
from app.store.database import Database, DatabaseRole, connect
from app.store.instruments import ensure_instrument
from streams.domain.market import Instrument, InstrumentKind, Interval
from tests.api.client import Client
from tests.api.markets import completed
from tests.builders import market

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
DOCUMENTS = "".join(re.findall(r"```graphql\n(.*?)```", README, re.DOTALL)).strip().splitlines()
(PYTHON,) = (code for code in re.findall(r"```python\n(.*?)```", README, re.DOTALL) if "urllib" in code)


class Reader:
    """Somebody who types what the README says, and each id where it leaves one out."""

    def __init__(self, client: Client) -> None:
        """Knows nothing yet."""
        self.client = client
        self.ids: dict[str, str] = {}

    async def type(self, line: str) -> Any:
        """One line's only root field; no error, and no user error."""
        answer = await self.client.answer(self.filled(line))
        assert "errors" not in answer, (line, answer)
        (data,) = answer["data"].values()
        assert not data.get("userErrors"), (line, data)
        self._learn(data)
        return data

    def filled(self, line: str) -> str:
        """The line, with ids in place of dots."""
        return re.sub(r'(\w+): (\[?)"…"', lambda gap: f'{gap[1]}: {gap[2]}"{self.ids[gap[1]]}"', line)

    def _learn(self, data: dict[str, Any]) -> None:
        if token := data.get("accessToken"):
            self.client.token = token
        for field, name in (
            ("strategy", "strategyId"),
            ("brokerAccount", "brokerAccountId"),
            ("run", "runId"),
        ):
            if field in data:
                self.ids[name] = data[field]["id"]
        if data.get("nodes"):
            self.ids["instrumentIds"] = data["nodes"][0]["id"]


async def test_the_main_job_of_the_readme_works_as_it_is_written(nobody: Client, database: Database) -> None:
    """From registration to the figures, then the same on paper with its events."""
    # given
    reliance = Instrument("NSE:RELIANCE", InstrumentKind.EQUITY, 500, 1)
    connection = await connect(database, DatabaseRole.ENGINE)
    known, _ = await ensure_instrument(connection, reliance)
    (candles,) = market(3, sessions=2, bars=200, count=1)
    await write_candles(connection, known.id, Interval.ONE_MINUTE, candles, source="test")
    await connection.close()
    *asked, report, watch = DOCUMENTS
    reader = Reader(nobody)

    # when
    for line in asked:
        await reader.type(line)
    await completed(nobody, reader.ids["runId"])
    figures = await reader.type(report)
    (start,) = (line for line in asked if "startRun" in line)
    paper = start.replace("mode: BACKTEST", 'mode: PAPER, brokerAccountId: "…", speed: "600"')
    await reader.type(paper)

    # then
    assert figures["trades"] > 0
    async with nobody.socket() as socket:
        await socket.subscribe("1", reader.filled(watch))
        event = (await socket.next())["payload"]["data"]["events"]
    assert event["cursor"]


async def test_the_python_of_the_readme_runs(base_url: str) -> None:
    """With the standard library alone, against this server's address."""
    code = PYTHON.replace("http://127.0.0.1:8000", base_url)
    assert code != PYTHON
    run = asyncio.to_thread(subprocess.run, [sys.executable, "-c", code], capture_output=True, check=True)
    assert b"sma_crossover" in (await run).stdout
