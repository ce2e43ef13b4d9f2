"""A small application that owns a server, as a process of its own, so that tests can kill it.

python server_owner.py HOME [--uid UID] [--bindir BINDIR]: says what it did in one line of JSON, and
runs until its standard input ends.
"""

import argparse
import json
import os
import sys
from pathlib import Path

from app.store.embedded import EmbeddedPostgres
from app.store.unavailable import StoreUnavailable


def main() -> int:
    """Start the server, tell where it is, wait."""
    words = argparse.ArgumentParser()
    words.add_argument("home", type=Path)
    words.add_argument("--uid", type=int)
    words.add_argument("--bindir", type=Path)
    asked = words.parse_args()
    if asked.uid is not None:
        become(asked.uid)
    try:
        with EmbeddedPostgres(asked.home, asked.bindir) as server:
            print(json.dumps({"pid": server.pid, "dsn": server.dsn()}), flush=True)
            sys.stdin.read()
    except StoreUnavailable as refused:
        print(json.dumps({"refused": str(refused)}), flush=True)
        return 1
    return 0


def become(uid: int) -> None:
    """Turn from root into an ordinary account, for good; every import is done by now."""
    os.setgroups([])
    os.setgid(uid)
    os.setuid(uid)


if __name__ == "__main__":
    sys.exit(main())
