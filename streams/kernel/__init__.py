"""The core in numbers: the same decisions as `streams.execution`, over columns of 64-bit integers.

layout     the places in the columns          columns    the kernel's arguments
kernel     from moment to moment              pace       which moment is next
meeting    the exchange                       following  intents to orders
wanting    what is wanted and owed            guarding   protection
requests   through risk                       rules      the house's rules in one function
ledger     fills, lots, charges               compiled   the same source by numba

quiet      a batch of market orders at once   reckoning  what they come to
vectors    a few functions for columns        accepted   whether risk permits them all
pages      the batch's journal                landing    the flight where it ends

numbers    all of it as a way of running a backtest; `eligible` says what it does not know
batches    chunks to columns                  flights    terms to columns
journal    what was written down              effects, verdicts, states   read back
tallies    the figures, page by page
"""

from streams.kernel.columns import Kernel
from streams.kernel.eligible import hindrance, is_quiet
from streams.kernel.numbers import PLAIN, Numbers

__all__ = ["PLAIN", "Kernel", "Numbers", "hindrance", "is_quiet"]
