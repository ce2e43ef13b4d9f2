"""What each run is exposed by now, so that a cap over all runs of a strategy can be kept."""

from typing import NamedTuple
from uuid import UUID


class _Known(NamedTuple):
    strategy: tuple[UUID | None, UUID | None]
    exposure: int


class Exposures:
    """Exposure in units by run; a strategy is one of an account's."""

    def __init__(self) -> None:
        self._known: dict[UUID, _Known] = {}

    def tell(self, run_id: UUID, strategy: tuple[UUID | None, UUID | None], exposure: int) -> None:
        """A run's exposure after its latest event."""
        self._known[run_id] = _Known(strategy, exposure)

    def elsewhere(self, run_id: UUID, strategy: tuple[UUID | None, UUID | None]) -> int:
        """That of the strategy's other runs in the account."""
        return sum(
            each.exposure
            for other, each in self._known.items()
            if other != run_id and each.strategy == strategy
        )

    def forget(self, run_id: UUID) -> None:
        """The run is over."""
        self._known.pop(run_id, None)
