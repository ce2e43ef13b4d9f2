"""What the rules may look at: an order before it is one, the book it would join, the limits. All integers."""

from enum import IntEnum
from typing import NamedTuple


class TradingState(IntEnum):
    """What a run may do: everything, only give risk back, or only be squared off."""

    ACTIVE = 0
    REDUCING = 1
    HALTED = 2


class Hours(IntEnum):
    """Whether the market would take the order: yes, no new intraday position any more, or nothing at all."""

    OPEN = 0
    PAST_SQUARE_OFF = 1
    CLOSED = 2


class Proposal(NamedTuple):
    """An order before it is one; prices and `value` in units.

    `value` is quantity times the last price. `reduces` tells an exit, `squares_off` one that a person or the
    clock asked for. `price` is the order's limit or trigger price, 0 a market order's; `reference` is the
    last session's close, 0 unknown; `price_band`, `lot_size`, `freeze_quantity` and `tradable` are the
    instrument's. `short` is by how much the position would end below zero where its product forbids that;
    `stopless` says that the size hangs on a stop-loss which is not there; `repeats` counts the orders that
    this very request has been made into before.
    """

    instrument: int
    quantity: int
    value: int
    reduces: bool
    squares_off: bool = False
    price: int = 0
    reference: int = 0
    price_band: int = 0
    lot_size: int = 1
    freeze_quantity: int = 0
    tradable: bool = True
    hours: int = Hours.OPEN
    short: int = 0
    stopless: bool = False
    repeats: int = 0


class Book(NamedTuple):
    """The run as the rules see it; amounts in units. Entries in flight count as if they had filled, exits
    only once they have.

    `others_open` counts instruments held or being entered, the proposal's own left out. `deployed` is the
    cost of what is open and being entered; `exposure` the same at market, `elsewhere` that of the strategy's
    other runs in the account, `pnl_elsewhere` the day's P&L of all the account's other runs. `orders_today`
    counts the run's orders of the day, `trades_today` its decisions to take risk, the proposal's own left
    out. `trading` False is REDUCING.
    """

    trading: bool = True
    day_pnl: int = 0
    others_open: int = 0
    deployed: int = 0
    exposure: int = 0
    elsewhere: int = 0
    state: int = TradingState.ACTIVE
    killed: bool = False
    pnl_elsewhere: int = 0
    orders_today: int = 0
    trades_today: int = 0


class RiskLimits(NamedTuple):
    """The numbers the rules hold to; None switches a rule off. Amounts in units."""

    max_daily_loss: int | None = None
    max_open_positions: int | None = None
    capital_allocation: int | None = None
    per_strategy_cap: int | None = None
    max_order_quantity: int | None = None
    max_order_value: int | None = None
    max_account_daily_loss: int | None = None
    max_orders_per_day: int | None = None
    max_trades_per_day: int | None = None
