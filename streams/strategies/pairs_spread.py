"""Two instruments that belong together, when they have come apart."""

from typing import Literal, Self

from pydantic import Field, model_validator

from streams.columns import HOLD, absolute, deviation, market, rolling_mean, when
from streams.strategies.language import Bars, BaseStrategy, Intents, StrategyConfig, legs, target, value


class PairsSpread(BaseStrategy):
    """Sells the dear one and buys the cheap one of a pair, for the same money, until they are back together.

    Give the run two instruments. The spread is the ratio of their closes (or the difference), its score the
    distance from the mean of the last `window` candles in standard deviations. Above `entry` it sells the
    first and buys the second, below minus `entry` the other way round; it closes both when the score is
    within `leave` of the mean, or beyond `give_up`, where the pair has parted for good. Stays out in
    between. Both legs act on candles of the first instrument; the second's price is its last one known.
    Suits 15-minute to daily candles of two stocks of one sector. Positions are short: INTRADAY or MARGIN,
    not CNC.
    """

    key = "pairs_spread"
    title = "Pairs spread"

    class Config(StrategyConfig):
        """The spread, its levels, and the money in each leg."""

        spread: Literal["RATIO", "DIFFERENCE"] = Field(
            "RATIO",
            description="What is compared with its mean: the ratio of the two closes or their difference.",
        )
        window: int = Field(60, ge=5, le=1000, description="Candles in the mean and the deviation.")
        entry: float = Field(2.0, ge=0.5, le=6, description="Standard deviations from the mean that enter.")
        leave: float = Field(0.5, ge=0, le=5, description="Standard deviations within which it closes.")
        give_up: float = Field(4.0, ge=1, le=20, description="Standard deviations beyond which it closes.")
        value: float = Field(100_000, ge=100, le=1e9, description="Rupees to lay out on each leg.")

        @model_validator(mode="after")
        def levels_are_in_order(self) -> Self:
            """Closer than the entry it leaves, further than the entry it gives up."""
            if not self.leave < self.entry < self.give_up:
                raise ValueError(
                    f"leave ({self.leave:g}), entry ({self.entry:g}) and give_up ({self.give_up:g}) must rise"
                )
            return self

    def intents(self, bars: Bars, config: Config) -> Intents:
        """One leg against the other."""
        first, second = bars.close, market(1).close
        spread = first / second if config.spread == "RATIO" else first - second
        away = spread - rolling_mean(spread, config.window)
        score = away / deviation(spread, config.window)
        distance = absolute(score)
        over = (distance <= config.leave) | (distance >= config.give_up)
        side = when(score >= config.entry, -1, when(score <= -config.entry, 1, HOLD))
        position = when(over, 0, side)
        size = value(config.value)
        return legs({0: target(position, size=size), 1: target(0 - position, size=size)})
