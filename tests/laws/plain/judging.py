"""A backtest and a plain loop over the same candles, and what either came to."""

from collections.abc import Iterable
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import pyarrow.parquet as pq

from streams.backtest import Backtest
from streams.charges import INDIAN
from streams.domain.market import Candles, Instrument, InstrumentKind, Interval
from streams.domain.orders import ProductType
from streams.domain.venue import Slippage, Venue
from streams.events import ChargesSettled, Effect, FillBooked
from streams.outcome import Outcome
from streams.pipeline import Run
from streams.risk import RiskEngine, RiskLimits
from streams.state import Terms
from streams.strategies import BaseStrategy, StrategyConfig
from streams.trades import Trade
from tests.builders import RUPEE
from tests.laws.plain import desk
from tests.laws.plain.books import Books, Deal, Trip
from tests.laws.plain.charges import DELIVERY, FUTURES, INTRADAY, Parts
from tests.laws.plain.market import EPOCH, MINUTE, Candle, Sessions, candle

CAPITAL = 10_000_000 * RUPEE
ROWS = 1009


class Agreed(NamedTuple):
    """On what terms both trade; `square_off_before` in minutes before the market closes."""

    kind: InstrumentKind = InstrumentKind.EQUITY
    product: ProductType = ProductType.INTRADAY
    venue: Venue = Venue(amount=300)
    square_off_before: int | None = None
    lot_size: int = 1

    def to_the_engine(self, candles: Candles) -> Terms:
        """As a backtest takes them."""
        traded = Instrument(candles.instrument, self.kind, 500, self.lot_size)
        return Terms(
            (traded,),
            CAPITAL,
            RiskEngine(RiskLimits()),
            self.venue,
            INDIAN,
            self.product,
            self.square_off_before,
            candles.interval,
        )

    def to_the_loop(self, sessions: Sessions) -> desk.Terms:
        """As a plain loop takes them; the quantity is its strategy's."""
        model, amount = self.venue.slippage, self.venue.amount
        parts = {Slippage.BPS: Fraction(amount, 10**6), Slippage.HALF_SPREAD: Fraction(amount, 2 * 10**6)}
        return desk.Terms(
            CAPITAL,
            self._segment(),
            sessions,
            lot=self.lot_size,
            slippage=parts.get(model, Fraction(0)),
            slippage_ticks=amount if model is Slippage.TICKS else 0,
            square_off_before=self.square_off_before if self._segment() == INTRADAY else None,
        )

    def _segment(self) -> str:
        if self.kind is InstrumentKind.FUTURE:
            return FUTURES
        return INTRADAY if self.product is ProductType.INTRADAY else DELIVERY


def read(path: Path, interval: Interval) -> Candles:
    """A file of real candles."""
    table = pq.read_table(path)
    time = table["timestamp"].cast("int64").to_numpy()
    opened, high, low, close = (table[name].to_numpy() for name in ("open", "high", "low", "close"))
    return Candles("NSE:TEST", interval, time, opened, high, low, close, table["volume"].to_numpy())


def simulate(
    strategy: type[BaseStrategy], config: StrategyConfig, candles: Candles, agreed: Agreed
) -> Outcome:
    """The backtest, fed in chunks that end anywhere, and settled."""
    made = Backtest(Run(strategy, config, candles.interval, agreed.to_the_engine(candles)))
    for start in range(0, len(candles), ROWS):
        made.feed((candles.rows(start, start + ROWS),))
    made.settle()
    return made.outcome()


def plainly(candles: Candles) -> list[Candle]:
    """The candles as a plain loop reads them."""
    minutes = candles.interval.microseconds // MINUTE
    columns = (candles.open, candles.high, candles.low, candles.close)
    prices = zip(*(each.tolist() for each in columns), strict=True)
    return [candle(time, minutes, each) for time, each in zip(candles.time.tolist(), prices, strict=True)]


def compare(outcome: Outcome, loop: Books) -> None:
    """Asserts the same fills, contract notes, trades and money, to the unit."""
    effects = outcome.effects
    assert deals_of(effects) == loop.deals
    assert notes_of(effects) == [each for each in loop.notes if any(each[1])]
    entered = [each for each in outcome.trades.by_intent.values() if each.entry_quantity]
    assert [trip_of(each) for each in entered] == loop.trips
    charges = sum(sum(each.charges) for each in loop.deals) + sum(sum(note) for _, note in loop.notes)
    figures = outcome.figures
    assert (figures.charges, figures.realised_pnl) == (charges, sum(each.realised for each in loop.trips))
    assert (outcome.state.cash, figures.final_equity) == (loop.cash, loop.equity)
    over = [each.realised - each.charges for each in loop.trips if each.closed_at is not None]
    assert (figures.wins, figures.trades) == (sum(each > 0 for each in over), len(loop.trips))


def deals_of(effects: Iterable[Effect]) -> list[Deal]:
    """A backtest's fills as a loop writes them."""
    fills = [(each.fill, each.parts) for each in effects if isinstance(each, FillBooked)]
    return [
        Deal(fill.time, fill.side.sign * fill.quantity, fill.price, Parts(*parts)) for fill, parts in fills
    ]


def notes_of(effects: Iterable[Effect]) -> list[tuple[object, Parts]]:
    """What its days' contract notes added."""
    settled = [each for each in effects if isinstance(each, ChargesSettled)]
    return [(EPOCH + timedelta(days=each.day), Parts(*each.parts)) for each in settled]


def trip_of(trade: Trade) -> Trip:
    """A trade of its, entered and left whole."""
    out = trade.exit_quantity
    return Trip(
        trade.opened_at or 0,
        trade.side.sign * trade.entry_quantity,
        trade.entry_value // trade.entry_quantity,
        trade.charges,
        trade.closed_at,
        trade.exit_value // out if out else None,
        trade.realised,
    )
