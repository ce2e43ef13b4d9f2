"""The kernel compiled by numba: the same source, over arrays. Only where the extra `fast` is installed.

Nothing of a user's is ever compiled. Each function the kernel calls is copied with its own names bound to
compiled functions, all the way down, so that the plain ones stay what they are.
"""

import dis
import hashlib
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from types import CellType, CodeType, FunctionType, ModuleType
from typing import Any, cast

import numpy as np

from streams.kernel.columns import Kernel
from streams.kernel.kernel import advance
from streams.kernel.striking import struck
from streams.kernel.sweeping import Sweeps, ways

PAYS_FROM = 5_000_000
"""Candles from which on compiling, or loading what was compiled, is made up for."""


def installed() -> bool:
    """Whether numba is there."""
    return find_spec("numba") is not None


def compiled(folder: str | None = None) -> Kernel:
    """The compiled kernel. With a `folder` the machine code is kept there, under a name made of the kernel's
    code, and found again; ImportError where numba is missing."""
    import numba

    config: Any = numba.config
    # Nothing is allocated inside, so nothing need be counted: that alone makes it six times as fast.
    njit: Any = partial(numba.njit, _nrt=False)
    former = config.CACHE_DIR
    try:
        made = []
        for function in (advance, struck, *Sweeps()):
            bound = Bound(njit, {})
            entry = bound.copy(cast(FunctionType, function))
            config.CACHE_DIR = former if folder is None else f"{folder}/{bound.digest}"
            made.append(njit(cache=folder is not None)(entry))
        return Kernel("compiled", made[0], as_array, made[1], ways(Sweeps(*made[2:])))
    finally:
        config.CACHE_DIR = former


def as_array(numbers: Any) -> Any:
    """A column the compiled kernel reads."""
    return np.ascontiguousarray(numbers, np.int64)


class Bound:
    """Functions copied with the functions they call compiled."""

    def __init__(self, compile_: Callable[[FunctionType], Any], known: dict[FunctionType, Any]) -> None:
        self._compile, self._known = compile_, known
        self._seen: list[str] = []

    @property
    def digest(self) -> str:
        """A name for all the code copied so far and the numbers it reads: other code has another name."""
        return hashlib.sha256("".join(self._seen).encode()).hexdigest()[:16]

    def copy(self, function: FunctionType) -> FunctionType:
        """The function over compiled ones."""
        code, world = function.__code__, function.__globals__
        names = {each: self._bound(world[each]) for each in sorted(_names(code)) if each in world}
        cells = tuple(CellType(self._bound(each.cell_contents)) for each in function.__closure__ or ())
        copied = FunctionType(code, {**world, **names}, function.__name__, function.__defaults__, cells)
        copied.__qualname__, copied.__module__ = function.__qualname__, function.__module__
        self._seen.append(repr((code.co_code, code.co_names, list(map(_plain, code.co_consts)))))
        return copied

    def _bound(self, value: Any) -> Any:
        if not isinstance(value, FunctionType):
            self._seen.append(repr(_plain(value)))
            return value
        if value not in self._known:
            self._known[value] = self._compile(self.copy(value))
        return self._known[value]


def _names(code: CodeType) -> frozenset[str]:
    """The globals it reads; an attribute of the same name is something else."""
    return frozenset(each.argval for each in dis.get_instructions(code) if each.opname == "LOAD_GLOBAL")


def _plain(value: Any) -> Any:
    """What a value says of itself in every process: numbers and words, and a module by its own."""
    if isinstance(value, ModuleType):
        return [(name, _plain(each)) for name, each in sorted(vars(value).items()) if isinstance(each, int)]
    if isinstance(value, CodeType):
        return value.co_code, value.co_names, list(map(_plain, value.co_consts))
    return (
        value if isinstance(value, int | str | float | tuple | None) else getattr(value, "__qualname__", "")
    )
