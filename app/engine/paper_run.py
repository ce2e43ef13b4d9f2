"""A paper run from claim to end: recovered, given its broker and its feed, driven."""

from app.brokers.factory import broker_for
from app.brokers.paper import PaperBroker, PaperTerms
from app.clock import Clock
from app.engine.exposures import Exposures
from app.engine.inbox import Commands, WaitingCommand
from app.engine.plan import Plan, RunRefused
from app.engine.recovery import Recovered, recover
from app.engine.shell import Desk, Shell
from app.feeds.base import Feeds
from app.feeds.replay import ReplayFeed
from app.store.engine import Store
from app.store.tables.strategies import RunStatus, StrategyRun
from app.store.writer import Writer
from streams.strategies.base import StrategyRegistry


class PaperRun:
    """One claimed run."""

    def __init__(
        self,
        row: StrategyRun,
        store: Store,
        writer: Writer,
        registry: StrategyRegistry,
        clock: Clock,
        exposures: Exposures,
        feeds: Feeds = ReplayFeed,
    ) -> None:
        self._row, self._store, self._writer = row, store, writer
        self._registry, self._clock, self._exposures = registry, clock, exposures
        self._feeds, self._commands = feeds, Commands()

    def command(self, waiting: WaitingCommand) -> None:
        """A person has asked for something."""
        self._commands.put_nowait(waiting)

    async def run(self) -> RunStatus:
        """Drives the run until it ends; its last status."""
        async with self._store.trading() as connection:
            found = await recover(connection, self._row, self._registry, _broker)
        return await Shell(found, self._desk(found)).drive()

    def _desk(self, found: Recovered) -> Desk:
        plan, row = found.plan, self._row
        strategy = (row.broker_account_id, row.strategy_id)
        return Desk(
            self._writer,
            found.broker,
            self._feeds(plan.market, plan.run.interval, row.speed),
            self._commands,
            self._clock,
            found.broker.meet,
            lambda day: self._exposures.elsewhere(row.id, strategy, day),
            lambda standing: self._exposures.tell(row.id, strategy, standing),
        )


def _broker(plan: Plan) -> PaperBroker:
    """The account's broker, as it was opened for the run."""
    if plan.broker is None:
        raise RunRefused("A paper run needs a broker account. Start a new run with one.")
    terms = plan.run.terms
    made = PaperTerms(terms.capital, terms.venue, terms.charges, terms.detail, terms.interval)
    broker = broker_for(plan.broker, terms.instruments, made)
    if not isinstance(broker, PaperBroker):
        raise RunRefused("Only a paper account can trade a replayed feed.")
    return broker
