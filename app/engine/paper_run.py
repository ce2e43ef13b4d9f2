"""A paper run from claim to end: recovered, given its broker and its feed, driven."""

from app.brokers.factory import broker_for
from app.brokers.paper import PaperBroker, PaperTerms
from app.clock import Clock
from app.engine.exposures import Exposures
from app.engine.outgoing import to_broker, to_trade
from app.engine.plan import RunRefused
from app.engine.recovery import Recovered, recover
from app.engine.shell import Desk, Shell, WaitingCommand
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
    ) -> None:
        self._row, self._store, self._writer = row, store, writer
        self._registry, self._clock, self._exposures = registry, clock, exposures
        self._early: list[WaitingCommand] = []
        self._shell: Shell | None = None

    def command(self, waiting: WaitingCommand) -> None:
        """A person has asked for something."""
        if self._shell is None:
            self._early.append(waiting)
        else:
            self._shell.commands.put_nowait(waiting)

    async def run(self) -> RunStatus:
        """Drives the run until it ends; its last status."""
        async with self._store.trading() as connection:
            found = await recover(connection, self._row, self._registry)
        self._shell = Shell(found.plan, found.machine, found.recorder, self._desk(found), found.sequence)
        for waiting in self._early:
            self._shell.commands.put_nowait(waiting)
        return await self._shell.drive()

    def _desk(self, found: Recovered) -> Desk:
        plan, row = found.plan, self._row
        if plan.broker is None:
            raise RunRefused("A paper run needs a broker account. Start a new run with one.")
        terms = plan.run.terms
        broker = broker_for(
            plan.broker, terms.instruments, PaperTerms(terms.capital, terms.slippage, terms.charge_per_order)
        )
        if not isinstance(broker, PaperBroker):
            raise RunRefused("Only a paper account can trade a replayed feed.")
        broker.restore(
            [(to_broker(plan, each.request), each.request.time) for each in found.machine.state.working],
            [to_trade(plan, each) for each in found.fills],
        )
        strategy = (row.broker_account_id, row.strategy_id)
        return Desk(
            self._writer,
            broker,
            ReplayFeed(plan.market, plan.run.interval, row.speed),
            self._clock,
            broker.market,
            lambda: self._exposures.elsewhere(row.id, strategy),
            lambda exposure: self._exposures.tell(row.id, strategy, exposure),
        )
