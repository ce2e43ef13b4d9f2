"""The core: candles to P&L, pure. No I/O, no clock, no thread, no database.

domain      what flows: markets, intents, orders, fills, money, as frozen values
sessions    when an exchange was open
columns     the causal algebra that strategies are written in
strategies  a key, a config and one pure function from market columns to intents
risk        the rules every order must pass, in order
signals     candles to intents: targets that changed
frames      column chunks to the moments the fold steps through, in exact units
events      what goes into the fold and what comes out of it
state       what the fold remembers of a run
execution   the fold: step(terms, state, event) gives the next state and its effects
ordering      targets to orders, through risk
booking       broker reports to the ledger
orders        every legal edge of an order's life
positions     lots, first in first out, at exact cost
charges       what trading costs
exchange    what the simulated exchange does with an order
simulation  the closed loop of a backtest: fold and exchange, where something happens
operators   the few reactivex operators of our own
pipeline    composes the above in RxPY: the page to read first
trades      each decision to take risk and all that came of it
backtest    chunks in, outcome out
report      its curve and its figures
"""
