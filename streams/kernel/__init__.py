"""The core in numbers: the same decisions as `streams.execution`, over columns of 64-bit integers.

layout    the places in the columns      columns   the kernel's arguments
kernel    from moment to moment          orders    targets to orders, and risk
ledger    fills and lots                 rules     the house's rules in one chain
batches   chunks to columns              flights   terms to columns, columns to state
journal   what was written down          effects   the journal as the fold's effects
trades    the journal as trades          numbers   all of it as a way of running a backtest
eligible  what it does not know           compiled  the same by numba
"""

from streams.kernel.columns import Kernel
from streams.kernel.eligible import hindrance, is_quiet
from streams.kernel.numbers import PLAIN, Numbers

__all__ = ["PLAIN", "Kernel", "Numbers", "hindrance", "is_quiet"]
