"""The lock of a data folder: one process at a time owns the server in it."""

import fcntl
import os
from pathlib import Path


class OwnerLock:
    """An flock on a file that names its holder; the kernel drops it with the process, however that ends."""

    def __init__(self, file: Path) -> None:
        """Prepare to lock `file`, whose folder exists."""
        self.file = file
        self._descriptor: int | None = None

    def acquire(self) -> bool:
        """Whether the lock is ours now; never waits."""
        descriptor = os.open(self.file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        self._descriptor = descriptor
        return True

    def holder(self) -> str:
        """The process that holds the lock, in words."""
        pid = self.file.read_text().strip()
        return f"process {pid}" if pid else "another process"

    def release(self) -> None:
        """Let others have it."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
