"""Proposals, books and limits for hypothesis to draw."""

from hypothesis import strategies as st

from streams.risk import Book, Hours, Proposal, RiskLimits, TradingState

amounts = st.integers(-(10**15), 10**15)
counts = st.integers(0, 50)
proposals = st.builds(
    Proposal,
    instrument=st.integers(0, 3),
    quantity=st.integers(1, 10**7),
    value=st.integers(1, 10**18),
    reduces=st.booleans(),
    squares_off=st.booleans(),
    price=st.integers(0, 10**11),
    reference=st.integers(0, 10**11),
    price_band=st.sampled_from([0, 20_000, 200_000]),
    lot_size=st.sampled_from([1, 75]),
    freeze_quantity=st.sampled_from([0, 1800]),
    tradable=st.booleans(),
    hours=st.sampled_from(Hours),
    short=st.integers(0, 2),
    stopless=st.booleans(),
    repeats=st.integers(0, 2),
)
books = st.builds(
    Book,
    trading=st.booleans(),
    day_pnl=amounts,
    others_open=counts,
    deployed=st.integers(0, 10**17),
    exposure=st.integers(0, 10**17),
    elsewhere=st.integers(0, 10**17),
    state=st.sampled_from(TradingState),
    killed=st.booleans(),
    pnl_elsewhere=amounts,
    orders_today=counts,
    trades_today=counts,
)
limits = st.builds(RiskLimits, *[st.none() | st.integers(0, 10**16)] * len(RiskLimits._fields))
