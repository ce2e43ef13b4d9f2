"""The subcommands of `medha`, one module each: `register(subparsers)` adds its words and sets `run`."""
