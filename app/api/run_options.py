"""How a run trades, as it is asked for and as it is shown: product, charges, and the simulated exchange."""

from decimal import Decimal
from typing import Self

import strawberry

from app.api.rows import Row
from app.engine.options import RunOptions as Pinned
from streams.charges.schedules import ScheduleKind
from streams.domain.market import Interval
from streams.domain.orders import ProductType
from streams.domain.venue import Slippage


@strawberry.input(description="How much worse than the market a simulated fill is; limit orders never are.")
class SlippageInput:
    """A slippage model and its amount."""

    model: Slippage = strawberry.field(description="What the amount measures.")
    amount: Decimal = strawberry.field(description="Basis points, or ticks: see the model.")


@strawberry.input(description="How a run trades; what is left out takes what a trader would expect.")
class TradingInput:
    """The options of a run, each with its own default."""

    interval: Interval = strawberry.field(description="How long the candles last.")
    slippage_bps: Decimal | None = strawberry.field(
        default=None,
        description="What a simulated fill loses, in basis points; the account's when absent, else 0.",
    )
    charge_per_order: Decimal | None = strawberry.field(
        default=None,
        description="What a simulated order costs, in rupees, by FLAT `charges`; the account's when absent.",
    )
    product_type: ProductType | None = strawberry.field(
        default=None,
        description="How positions are carried. When absent: INTRADAY on candles within the day; on ONE_DAY"
        " CNC for shares, MARGIN for derivatives. A strategy that names a product keeps its own.",
    )
    charges: ScheduleKind | None = strawberry.field(
        default=None,
        description="What simulated orders cost. When absent: FLAT where a charge per order is given, or the"
        " account has one; else INDIAN.",
    )
    slippage: SlippageInput | None = strawberry.field(
        default=None, description="In place of `slippageBps`, which is the model BPS."
    )
    participation_percent: Decimal | None = strawberry.field(
        default=None,
        description="The most of a candle's volume that its orders may take together, in %; null: any. The"
        " rest of an order goes on at the next candle.",
    )
    latency_bars: int | None = strawberry.field(
        default=None,
        description="How many candles an order misses before the first it meets; none if absent.",
    )
    intrabar_interval: Interval | None = strawberry.field(
        default=None,
        description="Candles of this length decide what comes first within one of the run's own; when absent"
        " the stop does.",
    )
    square_off_before: int | None = strawberry.field(
        default=None,
        description="Of an INTRADAY run: how many minutes before the close of the session its positions are"
        " closed; 15 when absent.",
    )


@strawberry.type(description="How much worse than the market a simulated fill is.")
class SlippageTerms:
    """A slippage model and its amount."""

    model: Slippage = strawberry.field(description="What the amount measures.")
    amount: Decimal = strawberry.field(description="Basis points, or ticks: see the model.")


@strawberry.type(description="How a run trades.")
class RunOptions:
    """The options pinned in a run."""

    product_type: ProductType = strawberry.field(description="How positions are carried.")
    charges: ScheduleKind = strawberry.field(description="What simulated orders cost.")
    slippage: SlippageTerms = strawberry.field(description="How much worse than the market it fills.")
    participation_percent: Decimal | None = strawberry.field(
        description="The most of a candle's volume that its orders may take together, in %; null: any."
    )
    latency_bars: int = strawberry.field(description="How many candles an order misses before it meets one.")
    intrabar_interval: Interval | None = strawberry.field(
        description="The finer candles that decide what comes first within one; null: none."
    )
    square_off_before: int | None = strawberry.field(
        description="How many minutes before the session's close positions are closed; null: they are not."
    )

    @classmethod
    def of(cls, run: Row) -> Self:
        """Of a run's row."""
        held = Pinned.of(run)
        own = held.slippage_amount
        return cls(
            product_type=held.product_type,
            charges=held.charges,
            slippage=SlippageTerms(
                model=held.slippage_model, amount=run["slippage_bps"] if own is None else own
            ),
            participation_percent=held.participation_percent,
            latency_bars=held.latency_bars,
            intrabar_interval=held.intrabar,
            square_off_before=held.square_off_before,
        )
