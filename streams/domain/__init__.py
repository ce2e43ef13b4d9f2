"""The words of the trade: markets, intents, orders, portfolio and money, as frozen values."""
