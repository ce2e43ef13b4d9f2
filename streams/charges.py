"""What trading costs: for now one flat amount an order."""


def charged(per_order: int, filled_before: int) -> int:
    """Charges of a fill, in units: the whole amount with the order's first fill, never per partial fill."""
    return 0 if filled_before else per_order
