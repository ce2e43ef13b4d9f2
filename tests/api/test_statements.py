"""What a page of many things costs the database: a handful of statements, however many they are."""

from collections.abc import Iterator

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from tests.api.client import Client, document
from tests.api.markets import completed, crossover, paper_account, started

MANY = 12
HANDFUL = 9  # one for each kind of thing that ORDERS asks for

ORDERS = """{ orders(first: 100) { nodes { id run { id strategy { id version { version } } }
    instrument { key } trade { id } events { kind } fills { id order { id } } } } }"""


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """What the API's connections are asked from here on, whose transaction it is apart."""
    asked: list[str] = []

    def note(_: object, __: object, statement: str, *rest: object) -> None:
        if "set_config" not in statement:
            asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield asked
    event.remove(Engine, "before_cursor_execute", note)


async def test_a_page_costs_a_handful_of_statements(
    asha: Client, instruments: list[str], statements: list[str]
) -> None:
    """Orders with all that belongs to them, strategies with their settings, accounts with their limits."""
    # given
    await completed(asha, await started(asha, instruments[0], mode="PAPER"))
    for number in range(MANY):
        await crossover(asha, f"Strategy {number}")
        account = await paper_account(asha, f"Account {number}")
        await asha.do("SetRiskLimits", brokerAccountId=account, limits={"maxDailyLoss": f"{number + 1}"})

    # when
    costs = {}
    for text in (ORDERS, document("Strategies"), document("BrokerAccounts"), document("RiskStatus")):
        statements.clear()
        answer = await asha.answer(text)
        assert "errors" not in answer
        costs[text] = len(statements)

    # then
    assert max(costs.values()) <= HANDFUL, costs
    limits = [each["limits"] for each in await asha.ask("BrokerAccounts")]
    assert [each and each["maxDailyLoss"] for each in limits] == [None, *map(str, range(1, MANY + 1))]
