"""The closed loop of a backtest: fills at the open, then the close, then what the strategy makes of it."""

from streams.domain.intents import Distance, Intent, Manner
from streams.domain.market import Chunk
from streams.domain.orders import Leg, OrderType
from streams.events import Decided, FillBooked, OrderMoved, Place, PnlStruck, PositionChanged
from streams.exchange import Book
from streams.pacing import Scout
from streams.simulation import begin, eventful, every, simulate
from streams.state import State, Terms
from tests.builders import MINUTE, RUPEE, START, candles, terms
from tests.streams.desk import of, signed

CLOSES = [10.0, 11.0, 12.0, 13.0, 14.0]


def at(row: int, target: int, sequence: int = 0, instrument: int = 0) -> Intent:
    """A target that changed on a row's close."""
    return Intent(sequence, START + row * MINUTE, instrument, target)


def test_an_order_decided_on_a_close_fills_at_the_next_open_before_that_bar_closes() -> None:
    """The effects in the order in which things happen."""
    chunk = (candles(CLOSES, opens=[9.5, 10.5, 11.5, 12.5, 13.5]),)
    _, effects = simulate(terms(), begin(terms()), chunk, (at(1, 10),), every)
    assert [type(each) for each in effects[:9]] == [
        PnlStruck,
        *(PnlStruck, Decided, Place, OrderMoved),
        *(OrderMoved, FillBooked, PositionChanged, PnlStruck),
    ]
    (booked,) = of(FillBooked, effects)
    assert (booked.fill.price, booked.fill.time) == (115_000, START + 2 * MINUTE)


def test_an_order_of_the_last_bar_fills_in_the_next_chunk() -> None:
    """It rests across the chunk's edge."""
    whole = candles(CLOSES)
    known, effects = simulate(terms(), begin(terms()), (whole.rows(0, 3),), (at(2, 10),))
    assert (signed(effects), of(FillBooked, effects)) == ([(Leg.ENTRY, 10)], [])
    _, effects = simulate(terms(), known, (whole.rows(3, 5),), ())
    assert [each.fill.time for each in of(FillBooked, effects)] == [START + 3 * MINUTE]


def test_a_flip_gives_back_before_it_enters_at_the_same_open() -> None:
    """Two fills, the exit first: between them the run is flat."""
    chunk = (candles(CLOSES),)
    _, effects = simulate(terms(), begin(terms()), chunk, (at(0, 10), at(2, -5, 1)))
    fills = [each.fill for each in of(FillBooked, effects)]
    assert [(each.order.leg, each.side.sign * each.quantity) for each in fills] == [
        (Leg.ENTRY, 10),
        (Leg.EXIT, -10),
        (Leg.ENTRY, -5),
    ]


def stepped(chunk: Chunk, *intents: Intent, agreed: Terms | None = None) -> list[int]:
    """The minutes at which something can happen, as the chunk is simulated."""
    under, seen = agreed or terms(len(chunk)), list[int]()

    def noted(scout: Scout, moment: int, state: State, book: Book) -> int:
        found = eventful(scout, moment, state, book)
        if found < scout.last:
            seen.append((int(scout.film.times[found]) - START) // MINUTE)
        return found

    simulate(under, begin(under), chunk, intents, noted)
    return seen


DAY = 24 * 60


def test_only_candles_on_which_something_can_happen_are_stepped_through() -> None:
    """An intent's, the one its order fills on, the first and last of each day and of the chunk."""
    times = [START + (day + row) * MINUTE for day in (0, DAY) for row in range(6)]
    chunk = (candles([10.0] * 12, times=times),)
    assert stepped(chunk) == [0, 5, DAY, DAY + 5]
    assert stepped(chunk, at(2, 1)) == [0, 2, 3, 5, DAY, DAY + 5]


def test_a_resting_order_is_looked_for_in_the_columns() -> None:
    """From the bar that brings its day: the first to touch it."""
    chunk = (candles([10.0, 10.0, 10.0, 10.0, 9.0, 9.5, 9.5, 9.5]),)
    limit = Manner(order_type=OrderType.LIMIT)
    assert stepped(chunk, at(0, 1)._replace(manner=limit, limit_price=93_000)) == [0, 1, 4, 7]


def test_a_resting_stop_is_looked_for_and_a_trailing_one_followed() -> None:
    """The stop sleeps until a bar reaches it; a trail moves with every candle."""
    chunk = (candles([10.0, 10.0, 10.0, 10.0, 9.0, 9.5, 9.5, 9.5]),)
    near = Distance(5_000)
    assert stepped(chunk, at(0, 1)._replace(stop_loss=near)) == [0, 1, 4, 7]
    assert stepped(chunk, at(0, 1)._replace(trailing_stop=near)) == [0, 1, 2, 3, 4, 7]


def test_the_first_candle_is_stepped_through_while_an_order_waits() -> None:
    """Each instrument's own."""
    agreed = terms(2)
    first, second = candles(CLOSES), candles(CLOSES[:3], times=[START + n * MINUTE for n in (1, 2, 3)])
    known, _ = simulate(agreed, begin(agreed), (first.rows(0, 1), second.rows(0, 0)), (at(0, 10),))
    _, effects = simulate(agreed, known, (first.rows(1, 5), second), ())
    assert [each.time for each in of(PnlStruck, effects)] == [START + n * MINUTE for n in (1, 3, 4)]


def test_a_chunk_without_a_candle_changes_nothing() -> None:
    """An instrument may have nothing for a day."""
    nothing = (candles(CLOSES).rows(0, 0),)
    known = begin(terms())._replace(marks=(10 * RUPEE,))
    assert simulate(terms(), known, nothing, ()) == (known, ())
