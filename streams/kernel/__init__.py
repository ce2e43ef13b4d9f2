"""The core in numbers: the same decisions as `streams.execution`, over columns of 64-bit integers.

layout     the places in the columns          columns    the kernel's arguments
kernel     from moment to moment              pace       which moment is next
meeting    the exchange                       following  intents to orders
wanting    what is wanted and owed            guarding   protection
requests   through risk                       rules      the house's rules in one function
ledger     fills, lots, charges               compiled   the same source by numba

quiet      a whole batch of market orders     accepted   the same, if risk permits all of it
vectors    a few functions for columns        pages, landing   its journal, its flight

numbers    all of it as a way of running a backtest; `eligible` says what it does not know
batches    chunks to columns                  flights    terms to columns
journal    what was written down              effects, verdicts, states, trades   read back
tallies    the figures, page by page
"""

from streams.kernel.columns import Kernel
from streams.kernel.eligible import hindrance, is_quiet
from streams.kernel.numbers import PLAIN, Numbers

__all__ = ["PLAIN", "Kernel", "Numbers", "hindrance", "is_quiet"]
