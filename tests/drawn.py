"""Everything a run may ask of the core, by chance: venues, terms, manners, intents.

By seed, so that all of it comes up in a few hundred.
"""

from random import Random
from typing import NamedTuple

from hypothesis import strategies as st

from streams.charges import FREE, INDIAN, flat
from streams.domain.intents import NOWHERE, Action, Distance, Intent, Manner, Sizing
from streams.domain.market import Chunk, Instrument
from streams.domain.orders import OrderType, ProductType, Validity
from streams.domain.venue import Slippage, Venue
from streams.risk import RiskEngine, RiskLimits
from streams.state import Terms
from tests.builders import RUPEE, SEED, finer, instruments, market

AMOUNTS = {
    Sizing.QUANTITY: 40,
    Sizing.LOTS: 4,
    Sizing.VALUE: 15_000 * RUPEE,
    Sizing.CAPITAL: 30_000,
    Sizing.RISK: 15,
}


class Situation(NamedTuple):
    """A run's terms, a small market, and what is asked on it."""

    terms: Terms
    chunk: Chunk
    intents: tuple[Intent, ...]


def venue(chance: Random) -> Venue:
    """Every slippage model, with and without a cap on volume and latency."""
    model = chance.choice(list(Slippage))
    amount = chance.randint(0, 3) if model is Slippage.TICKS else chance.choice([0, 300, 2000])
    participation = chance.choice([0, 0, 0, 20_000, 200_000])
    return Venue(model, amount, participation, chance.choice([0, 0, 0, 1, 2]))


def traded(chance: Random) -> Instrument:
    """An equity with or without lots, a freeze quantity and a price band."""
    lot_size = chance.choice([1, 1, 5])
    return instruments(1)[0]._replace(
        lot_size=lot_size,
        freeze_quantity=chance.choice([0, 0, 4 * lot_size, 20 * lot_size + 1]),
        price_band=chance.choice([0, 0, 3_000, 20_000]),
    )


def limits(chance: Random) -> RiskLimits:
    """Limits that bite now and then."""

    def maybe(least: int, most: int) -> int | None:
        return chance.randint(least, most) if chance.random() < 0.2 else None

    return RiskLimits(
        max_daily_loss=maybe(0, 300 * RUPEE),
        max_open_positions=maybe(0, 2),
        capital_allocation=maybe(0, 30_000 * RUPEE),
        per_strategy_cap=maybe(0, 30_000 * RUPEE),
        max_trades_per_day=maybe(0, 5),
        max_order_quantity=maybe(1, 50),
    )


def agreement(chance: Random, chunk: Chunk) -> Terms:
    """Terms for a market, one in five with finer candles."""
    made, agreed = traded(chance), venue(chance)
    walks = chance.random() < 0.2
    return Terms(
        tuple(made._replace(key=each.instrument) for each in chunk),
        1_000_000 * RUPEE,
        RiskEngine(limits(chance)),
        agreed._replace(detail=walks),
        chance.choice([FREE, flat(20 * RUPEE), INDIAN]),
        chance.choice([ProductType.INTRADAY, *ProductType]),
        chance.choice([None, None, 355, 368]),
        detail=tuple(finer(each, chance.getrandbits(32)) for each in chunk) if walks else (),
    )


def manner(chance: Random) -> Manner:
    """How a strategy may want its orders made."""
    return Manner(
        sizing=chance.choice(list(Sizing)),
        order_type=chance.choice(list(OrderType)),
        validity=chance.choice(list(Validity)),
        product_type=chance.choice([None, None, None, *ProductType]),
        limit_offset=chance.randint(-3, 6),
        pyramiding=chance.randint(1, 3),
        exit_after=chance.choice([0, 0, 1, 3, 8]),
        square_off=chance.choice([None, None, None, 562, 570]),
    )


def distance(chance: Random) -> Distance:
    """Nowhere, near or far; in points, in parts per million, or both."""
    if chance.random() < 0.4:
        return NOWHERE
    return Distance(chance.choice([0, 700, 5_000, 20_000]), chance.choice([0, 500, 3_000]))


def asking(chance: Random, chunk: Chunk) -> tuple[Intent, ...]:
    """Intents over a market: one manner an instrument, any action, prices about the close."""
    ways = [(manner(chance), [distance(chance) for _ in range(3)]) for _ in chunk]
    places = [(n, row) for n, candles in enumerate(chunk) for row in range(len(candles))]
    chosen = [chance.choice(places) for _ in range(chance.randint(1, 14))] if places else []
    made = sorted(
        (_intent(chance, chunk, n, row, *ways[n]) for n, row in chosen),
        key=lambda each: (each.time, each.instrument),
    )
    return tuple(each._replace(sequence=number) for number, each in enumerate(made))


def _intent(
    chance: Random, chunk: Chunk, instrument: int, row: int, way: Manner, away: list[Distance]
) -> Intent:
    candles = chunk[instrument]
    close, off_grid = round(float(candles.close[row]) * RUPEE), chance.choice([0, 130])
    limit, trigger = (close + chance.randint(-12, 12) * 500 + off_grid for _ in range(2))
    most, (stop, target, trail) = AMOUNTS[way.sizing], away
    return Intent(
        0,
        int(candles.time[row]),
        instrument,
        chance.randint(-most, most),
        chance.choice(list(Action)),
        chance.choice([0, limit]) if way.order_type is OrderType.LIMIT else limit,
        trigger,
        stop,
        target,
        trail,
        way,
    )


def situation(seed: int) -> Situation:
    """The situation of a seed."""
    chance = Random(seed)
    chunk = market(
        chance.getrandbits(32),
        sessions=chance.randint(1, 3),
        bars=chance.randint(2, 25),
        count=chance.randint(1, 2),
        missing=chance.choice([0.0, 0.0, 0.3]),
        wild=chance.random() < 0.6,
    )
    return Situation(agreement(chance, chunk), chunk, asking(chance, chunk))


def situations() -> st.SearchStrategy[Situation]:
    """Any of them."""
    return SEED.map(situation)
