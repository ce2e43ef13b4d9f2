"""Law 9: whatever a strategy raises is its run's failure, though the engine knows such an error otherwise."""

import asyncpg
import numpy as np
import pytest

from app.store.database import Database
from streams.columns.column import Values, column
from streams.strategies import StrategyRegistry
from streams.strategies.base import Bars, BaseStrategy, Intents, target
from streams.strategies.sma_crossover import SmaCrossover
from tests.app.engine.fragile import POISON
from tests.builders import candles
from tests.engines import running, trader_of


def raising(error: Exception) -> type[BaseStrategy]:
    """A strategy that raises this at the poisoned price."""

    def checked(values: Values) -> Values:
        if np.any(values == POISON):
            raise error
        return values

    class Raising(BaseStrategy):
        """The close, looked at first."""

        key = "raising"
        Config = SmaCrossover.Config

        def intents(self, bars: Bars, config: SmaCrossover.Config) -> Intents:
            """Wants nothing."""
            return target(0 * column("checked", checked, bars.close))

    return Raising


@pytest.mark.parametrize("mode", ["PAPER", "BACKTEST"])
@pytest.mark.parametrize(
    "error",
    [
        TimeoutError("too slow"),
        ConnectionResetError("gone"),
        asyncpg.InterfaceError("closed"),
        asyncpg.DeadlockDetectedError("locked"),
        StopIteration("no more"),
        KeyError("close"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_no_error_of_a_strategy_is_taken_for_the_databases(
    database: Database, superuser: asyncpg.Connection, error: Exception, mode: str
) -> None:
    """FAILED with its own words; it is not tried again and again, and does not hang."""
    strategy = raising(error)
    async with running(database, registry=StrategyRegistry([strategy])) as engine:
        trader = await trader_of(engine, superuser)
        market = await trader.market((candles([100.0, 101.0, POISON, 102.0]),))
        run_id = await trader.start(market, mode, strategy=strategy)

        row = await trader.ended(run_id, "FAILED")

    assert row["status_reason"] == f"{type(error).__name__}: {error}"
    (log,) = await trader.rows("system_logs", run_id)
    assert "in checked" in log["context"]["traceback"]
