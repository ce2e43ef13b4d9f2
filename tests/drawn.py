"""Hypothesis strategies for everything a run may ask of the core: venues, terms, manners, intents."""

import numpy as np
from hypothesis import strategies as st

from streams.charges import FREE, INDIAN, flat
from streams.domain.intents import NOWHERE, Action, Distance, Intent, Manner, Sizing
from streams.domain.market import Chunk, Instrument
from streams.domain.orders import OrderType, ProductType, Validity
from streams.domain.venue import Slippage, Venue
from streams.risk import RiskEngine, RiskLimits
from streams.state import Terms
from tests.builders import RUPEE, instruments

_AMOUNTS = {
    Sizing.QUANTITY: (-40, 40),
    Sizing.LOTS: (-4, 4),
    Sizing.VALUE: (-15_000 * RUPEE, 15_000 * RUPEE),
    Sizing.CAPITAL: (-30_000, 30_000),
    Sizing.RISK: (-200, 200),
}


@st.composite
def venues(draw: st.DrawFn) -> Venue:
    """Every slippage model, with and without a cap on volume and latency."""
    model = draw(st.sampled_from(Slippage))
    amount = draw(st.integers(0, 3)) if model is Slippage.TICKS else draw(st.sampled_from([0, 300, 2000]))
    participation = draw(st.sampled_from([0, 0, 0, 20_000, 200_000]))
    return Venue(model, amount, participation, draw(st.sampled_from([0, 0, 0, 1, 2])))


@st.composite
def traded(draw: st.DrawFn) -> Instrument:
    """An equity with or without lots, a freeze quantity and a price band."""
    lot_size = draw(st.sampled_from([1, 1, 5]))
    return Instrument(
        "NSE:TEST",
        instruments(1)[0].kind,
        tick_size=500,
        lot_size=lot_size,
        freeze_quantity=draw(st.sampled_from([0, 0, 3 * lot_size, 7 * lot_size + 1])),
        price_band=draw(st.sampled_from([0, 0, 3_000, 20_000])),
    )


def _mostly_off(least: int, most: int) -> st.SearchStrategy[int | None]:
    return st.sampled_from([False, False, False, True]).flatmap(
        lambda on: st.integers(least, most) if on else st.none()
    )


@st.composite
def agreements(draw: st.DrawFn, count: int) -> Terms:
    """Terms for so many instruments."""
    made = draw(traded())
    keys = [each.key for each in instruments(count)]
    limits = RiskLimits(
        max_daily_loss=draw(_mostly_off(0, 300 * RUPEE)),
        max_open_positions=draw(_mostly_off(0, 3)),
        capital_allocation=draw(_mostly_off(0, 30_000 * RUPEE)),
        per_strategy_cap=draw(_mostly_off(0, 30_000 * RUPEE)),
        max_trades_per_day=draw(_mostly_off(0, 5)),
        max_order_quantity=draw(_mostly_off(1, 50)),
    )
    return Terms(
        tuple(made._replace(key=key) for key in keys),
        1_000_000 * RUPEE,
        RiskEngine(limits),
        draw(venues()),
        draw(st.sampled_from([FREE, flat(20 * RUPEE), INDIAN])),
        draw(st.sampled_from(ProductType)),
        draw(st.sampled_from([None, None, 345, 360])),
    )


@st.composite
def manners(draw: st.DrawFn) -> Manner:
    """How a strategy may want its orders made."""
    return Manner(
        sizing=draw(st.sampled_from(Sizing)),
        order_type=draw(st.sampled_from(OrderType)),
        validity=draw(st.sampled_from(Validity)),
        product_type=draw(st.sampled_from([None, *ProductType])),
        limit_offset=draw(st.integers(-3, 6)),
        pyramiding=draw(st.integers(1, 3)),
        exit_after=draw(st.sampled_from([0, 0, 1, 3, 8])),
        square_off=draw(st.sampled_from([None, None, 575, 590])),
    )


def distances() -> st.SearchStrategy[Distance]:
    """Nowhere, near or far; in points, in parts per million, or both."""
    points = st.sampled_from([0, 0, 700, 5_000, 20_000])
    return st.just(NOWHERE) | st.builds(Distance, points, st.sampled_from([0, 0, 500, 3_000]))


@st.composite
def asking(draw: st.DrawFn, chunk: Chunk) -> tuple[Intent, ...]:
    """Intents over a market: one manner an instrument, any action, prices about the close."""
    manner = [draw(manners()) for _ in chunk]
    near = [draw(st.tuples(distances(), distances(), distances())) for _ in chunk]
    places = [(n, row) for n, candles in enumerate(chunk) for row in range(len(candles))]
    chosen = draw(st.lists(st.sampled_from(places), max_size=14)) if places else []
    made = [draw(_intent(chunk, n, row, manner[n], near[n])) for n, row in chosen]
    made.sort(key=lambda each: (each.time, each.instrument))
    return tuple(each._replace(sequence=number) for number, each in enumerate(made))


@st.composite
def _intent(
    draw: st.DrawFn,
    chunk: Chunk,
    instrument: int,
    row: int,
    manner: Manner,
    near: tuple[Distance, Distance, Distance],
) -> Intent:
    candles = chunk[instrument]
    close = round(float(candles.close[row]) * RUPEE)
    off_grid = draw(st.sampled_from([0, 130]))
    limit, trigger = (close + draw(st.integers(-12, 12)) * 500 + off_grid for _ in range(2))
    return Intent(
        0,
        int(np.int64(candles.time[row])),
        instrument,
        draw(st.integers(*_AMOUNTS[manner.sizing])),
        draw(st.sampled_from(Action)),
        draw(st.sampled_from([0, limit])) if manner.order_type is OrderType.LIMIT else limit,
        trigger,
        *near,
        manner,
    )
