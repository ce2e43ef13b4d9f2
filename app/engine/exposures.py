"""What each run stands to lose by now, so that bounds over several runs can be kept."""

from typing import NamedTuple
from uuid import UUID

Strategy = tuple[UUID | None, UUID | None]
"""A strategy is one of an account's: the account, the strategy."""


class Standing(NamedTuple):
    """A run after its latest event: its exposure and its P&L of the day, in units; days count from 1970."""

    exposure: int
    day: int
    day_pnl: int


class Elsewhere(NamedTuple):
    """The exposure of the strategy's other runs in the account, and the day's P&L of all its other runs."""

    exposure: int = 0
    day_pnl: int = 0


class Exposures:
    """What is known of the runs that are under way."""

    def __init__(self) -> None:
        self._known: dict[UUID, tuple[Strategy, Standing]] = {}

    def tell(self, run_id: UUID, strategy: Strategy, standing: Standing) -> None:
        """Where a run stands after its latest event."""
        self._known[run_id] = strategy, standing

    def elsewhere(self, run_id: UUID, strategy: Strategy, day: int) -> Elsewhere:
        """Of the runs beside this one; a replay of another day loses nothing on this one."""
        others = [each for other, each in self._known.items() if other != run_id]
        return Elsewhere(
            sum(each.exposure for its, each in others if its == strategy),
            sum(each.day_pnl for its, each in others if its[0] == strategy[0] and each.day == day),
        )

    def forget(self, run_id: UUID) -> None:
        """The run is over."""
        self._known.pop(run_id, None)
