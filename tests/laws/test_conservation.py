"""Law 4, conservation: to the unit, after every event."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.domain.intents import NOWHERE, Action, Distance, Manner
from streams.domain.orders import OrderStatus
from streams.events import CommandKind, Effect, OrderMoved
from streams.orders import EDGES
from streams.state import Working
from streams.strategies import BaseStrategy
from streams.wanting import excess
from tests.builders import RUPEE, SEED, configs, markets, one_by_one, run, terms, unhurried
from tests.laws.ledger import Ledger
from tests.laws.outcomes import paper
from tests.laws.real_markets import each_market, real_market
from tests.laws.strategies import EVERY, instruments_of
from tests.streams.desk import Desk, of, placed

S = OrderStatus
each_strategy = pytest.mark.parametrize("strategy", EVERY, ids=lambda kind: kind.key)


@each_strategy
@unhurried
@given(data=st.data())
def test_money_and_positions_add_up_after_every_event(
    strategy: type[BaseStrategy], data: st.DataObject
) -> None:
    """On small markets, step by step."""
    chunk = data.draw(markets(least=instruments_of(strategy)))
    agreed = terms(len(chunk), slippage=700, charge=20 * RUPEE)
    made = run(agreed, strategy=strategy, config=data.draw(configs(strategy)))
    ledger = Ledger(agreed)
    for step in paper(made, one_by_one(chunk)).steps:
        ledger.check(step.state, step.effects)


@each_strategy
@each_market
def test_money_and_positions_add_up_on_real_candles(strategy: type[BaseStrategy], name: str) -> None:
    """On the last fortnight of each market, step by step."""
    whole = real_market(name, instruments_of(strategy))
    chunk = tuple(each.rows(max(0, len(each) - 3750), len(each)) for each in whole)
    agreed = terms(len(chunk), slippage=700, charge=20 * RUPEE, interval=chunk[0].interval)
    made = run(agreed, strategy=strategy, config=strategy.Config())
    steps = paper(made, one_by_one(chunk)).steps
    ledger = Ledger(agreed)
    for step in steps:
        ledger.check(step.state, step.effects)
    assert steps[-1].state.realised or not any(each.working for each in (step.state for step in steps))


COMMANDS = [
    each
    for each in CommandKind
    # A run that stops no longer follows, and one that is halted gives nothing back.
    if each not in (CommandKind.STOP, CommandKind.RESTART, CommandKind.HALT)
]


class Weather:
    """A broker at its worst, a strategy without a plan and a nervous trader, all by one seed."""

    def __init__(self, seed: int, instruments: int) -> None:
        self._random = random.Random(seed)
        self.desk = Desk(terms(instruments, charge=20 * RUPEE))
        self.ledger = Ledger(self.desk.terms)
        self._prices = [100.0] * instruments
        self.close()

    def happen(self) -> None:
        """One thing after another."""
        what = self._random.choices([self.close, self._want, self._command, self._report], [4, 3, 1, 8])[0]
        what()

    def close(self) -> None:
        """The market moves."""
        self._prices = [max(1.0, each + self._random.randint(-20, 20) * 0.05) for each in self._prices]
        self._checked(self.desk.close(*self._prices))

    def _want(self) -> None:
        instrument = self._random.randrange(len(self._prices))
        away = (self._random.choice([NOWHERE, Distance(RUPEE), Distance(0, 5000)]) for _ in range(3))
        more = dict(zip(("stop_loss", "take_profit", "trailing_stop"), away, strict=True))
        manner = Manner(pyramiding=2, exit_after=self._random.choice([0, 0, 5]))
        action = self._random.choice([Action.TARGET, Action.TARGET, Action.ENTER, Action.EXIT])
        wanted = self._random.randint(-20, 20)
        self._checked(self.desk.want(wanted, instrument, action=action, manner=manner, **more))

    def _command(self) -> None:
        self._checked(self.desk.command(self._random.choice(COMMANDS)))

    def _report(self) -> None:
        """Any status the table allows, of any order that may still be heard of."""
        known = [*self.desk.state.working, *self.desk.state.cancelled]
        if known:
            order = self._random.choice(known)
            status = self._random.choice(sorted(EDGES[order.status]))
            if status in (S.FILLED, S.PARTIALLY_FILLED):
                self._fill(order, status)
            else:
                self._checked(self.desk.say(order.request.key, status))

    def _fill(self, order: Working, status: OrderStatus) -> None:
        rest = abs(order.rest)
        quantity = rest if status is S.FILLED else self._random.randint(1, max(1, rest - 1))
        if quantity < rest or status is S.FILLED:
            price = self._prices[order.request.instrument] + self._random.randint(-5, 5) * 0.05
            self._checked(self.desk.fill(order.request.key, quantity, price, status))

    def _checked(self, effects: tuple[Effect, ...]) -> None:
        self.ledger.check(self.desk.state, effects)

    def clear_up(self) -> None:
        """The weather is over: whatever works fills, and whatever is owed is given back."""
        for _ in range(8):
            while self.desk.state.working:
                self._settle(self.desk.state.working[0])
            self.close()

    def _settle(self, order: Working) -> None:
        key = order.request.key
        if S.FILLED not in EDGES[order.status]:
            self._checked(self.desk.say(key, S.SUBMITTED))
        self._checked(self.desk.fill(key, abs(order.rest)))


@unhurried
@given(seed=SEED, instruments=st.integers(1, 3), events=st.integers(1, 150))
def test_money_and_positions_add_up_whatever_the_broker_does(
    seed: int, instruments: int, events: int
) -> None:
    """Partial fills, rejections, lost and found orders, late fills: the books agree and no exit oversells."""
    weather = Weather(seed, instruments)
    for _ in range(events):
        weather.happen()


@unhurried
@given(seed=SEED, instruments=st.integers(1, 3), events=st.integers(1, 150))
def test_once_the_weather_clears_nothing_is_held_beyond_the_target(
    seed: int, instruments: int, events: int
) -> None:
    """Whatever was owed has been given back, and no order is left behind."""
    # given
    weather = Weather(seed, instruments)
    for _ in range(events):
        weather.happen()
    # when
    weather.clear_up()
    # then
    state = weather.desk.state
    assert [excess(each) for each in state.holdings] == [0] * instruments
    assert not state.working
    assert not state.withdrawn


def test_the_weather_brings_what_it_is_said_to() -> None:
    """Every status but those an order has before it is sent, fills and exits among them."""
    weather = Weather(1, 2)
    for _ in range(2000):
        weather.happen()
    seen = {each.status for each in of(OrderMoved, weather.desk.effects)}
    assert seen == set(S) - {S.PENDING, S.SENDING}
    trades = weather.desk.trades.by_intent.values()
    assert {each.is_closed for each in trades} == {True, False}
    assert any(each.key.generation > 1 for each in placed(weather.desk.effects))
