"""Brokers: `base` says what one is; `factory` makes the one an account names."""
