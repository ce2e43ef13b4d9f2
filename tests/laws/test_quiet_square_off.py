"""A position with nothing resting beside it ends by the clock alike in every way of running the core."""

from collections.abc import Callable, Iterable

from hypothesis import given
from hypothesis import strategies as st

from streams.backtest import Backtest
from streams.domain.market import Chunk
from streams.domain.orders import ProductType
from streams.events import Decided
from streams.outcome import Outcome
from streams.pacing import Choose, every
from streams.pipeline import Run
from tests.builders import at_once, by_day, market, markets, one_by_one, run, terms, unhurried
from tests.laws.outcomes import whole

Cut = Callable[[Chunk], list[Chunk]]
CUTS: tuple[Cut, ...] = (at_once, by_day, one_by_one)


def outcome(made: Run, parts: Iterable[Chunk], choose: Choose | None = None) -> Outcome:
    """In numbers, unless told how to choose the fold's moments."""
    backtest = Backtest(made, choose)
    for part in parts:
        backtest.feed(part)
    return backtest.outcome()


def intraday(count: int, minutes: int) -> Run:
    """Squared off so many minutes before the close; the SMA crossover asks for no protection."""
    return run(terms(count)._replace(product_type=ProductType.INTRADAY, square_off_before=minutes))


@unhurried
@given(chunk=markets(2, least=1), minutes=st.integers(330, 374), cut=st.sampled_from(CUTS))
def test_a_square_off_without_protection_fills_at_the_next_open_in_numbers_as_in_the_fold(
    chunk: Chunk, minutes: int, cut: Cut
) -> None:
    """Whatever the chunks: the candle after the square-off is one at which something happens."""
    made = intraday(len(chunk), minutes)
    assert whole(outcome(made, cut(chunk))) == whole(outcome(made, at_once(chunk), every))


def test_the_market_of_that_law_is_squared_off() -> None:
    """Or the law would hold for want of anything to hold for."""
    done = outcome(intraday(1, 345), at_once(market(3, sessions=4)))
    causes = {each.request.key.cause for each in done.effects if isinstance(each, Decided)}
    assert any(cause.startswith("square_off") for cause in causes)
