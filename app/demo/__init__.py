"""The demonstration: an account, synthetic candles and a moving paper run, made through our own doors."""
