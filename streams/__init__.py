"""The core: candles to P&L, pure. No I/O, no clock, no thread, no database.

domain      what flows: markets, intents, orders, fills, money, as frozen values
sessions    when an exchange was open
columns     the causal algebra that strategies are written in
strategies  a key, a config and one pure function from market columns to intents
risk        the rules every order must pass, in order
signals     candles to intents; acting: which candles act; asked: intents as columns
candles     ticks to candles, and longer candles of shorter ones
actions     splits and bonuses taken out of prices
frames      column chunks to the moments the fold steps through, in exact units
events      what goes into the fold and what comes out of it
state       what the fold remembers of a run
execution   the fold: step(terms, state, event) gives the next state and its effects
ordering      wanted positions to orders: exits, withdrawals, entries
  wanting       intents to wanted positions; sizing: numbers to quantities
  proposing     requests through risk; judging: what risk is asked
protection    stops and targets beside a position; watching: its best price, its age; levels: where they lie
timetable     when a position has to end by the clock
booking       broker reports to the ledger, and what follows from them
settlement    the day's contract note
orders        every legal edge of an order's life
positions     lots, first in first out, at exact cost
charges       what trading costs
exchange    the simulated exchange: a book of resting orders, and what each bar does to them
matching      one order against one bar; pricing: at what price
detail        a bar walked by the finer candles inside it
simulation  the closed loop of a backtest: fold and exchange, moment by moment
pacing        which moments something can happen at
operators   the few reactivex operators of our own
pipeline    composes the above in RxPY: the page to read first
trades      each decision to take risk and all that came of it
kernel      the fold once more, in numbers: for a backtest, compiled or not, to the same bits
folded      a backtest by the fold itself, where the kernel cannot follow
backtest    chunks in, outcome out
outcome     what a backtest leaves; report: its figures; curves: its equity
"""
