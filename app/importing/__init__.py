"""Real candles in and out: a file's cells → instants and numbers → judged rows → the store."""
