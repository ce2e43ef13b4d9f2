"""Feeds: where candles come from."""
