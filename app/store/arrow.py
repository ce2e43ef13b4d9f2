"""Columns as bytes and back: an Arrow IPC stream compressed with zstd.

Arrays go over as buffers: pyarrow's own conversion from numpy imports pandas first, which takes a second.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Columns = dict[str, NDArray[Any]]

_OPTIONS = pa.ipc.IpcWriteOptions(compression="zstd")


def encode(columns: Mapping[str, NDArray[Any]]) -> bytes:
    """Named columns of numbers, all of one length, as an Arrow IPC stream."""
    batch = pa.record_batch([arrow_array(column) for column in columns.values()], names=list(columns))
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema, options=_OPTIONS) as stream:
        stream.write_batch(batch)
    return bytes(sink.getvalue())


def decode(payload: bytes) -> Columns:
    """What `encode` was given, bit for bit; read-only views of the decompressed buffers."""
    with pa.ipc.open_stream(payload) as stream:
        batch = stream.read_next_batch()
    return {name: numpy_array(batch.column(name)) for name in batch.schema.names}


def arrow_array(column: NDArray[Any]) -> Any:
    """A column of numbers as an Arrow array over the same memory."""
    whole = np.ascontiguousarray(column)
    return pa.Array.from_buffers(pa.from_numpy_dtype(whole.dtype), len(whole), [None, pa.py_buffer(whole)])


def numpy_array(array: Any) -> NDArray[Any]:
    """An Arrow array of numbers without nulls as a read-only column over the same memory."""
    kind = np.dtype(array.type.to_pandas_dtype())
    return np.frombuffer(array.buffers()[1], kind, len(array), array.offset * kind.itemsize)
