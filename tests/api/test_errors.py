"""What goes wrong: coded, bounded, and never in the server's own words."""

import time
from typing import Any

import pytest
from graphql import get_introspection_query

from tests.api.client import Client, document

NESTED = "{ __schema { types " + "{ fields { type " * 10 + "{ name }" + " } }" * 10 + " } }"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{ me { ", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ me { id email ...Missing } }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ " + "".join(f"a{n}: __typename " for n in range(31)) + "}", "DOCUMENT_TOO_LARGE"),
        ("{ " + "__typename " * 21 + "}", "DOCUMENT_TOO_LARGE"),
        (NESTED, "DOCUMENT_TOO_LARGE"),
        ("{ " + "__typename @skip(if: false) " * 60 + "}", "DOCUMENT_TOO_LARGE"),
        ("{ " + "me { id } " * 400 + "}", "GRAPHQL_PARSE_FAILED"),
        ("{ runs(first: 100) { nodes { orders(first: 100) { nodes { id } } } } }", "DOCUMENT_TOO_LARGE"),
        ("query ($n: Int) { runs(first: $n) { nodes { trades { nodes { id } } } } }", "DOCUMENT_TOO_LARGE"),
        (
            f"{{ runs {{ nodes {{ {'orders { nodes { run { ' * 4}id{' } } }' * 4} }} }} }}",
            "DOCUMENT_TOO_LARGE",
        ),
        (
            "{ ...R } fragment R on Query { runs { edges { node { ...O } } } }"
            " fragment O on StrategyRun { orders(last: 99) { edges { node { id } } } }",
            "DOCUMENT_TOO_LARGE",
        ),
        (
            "query ($i: [ID!]!) { nodes(ids: $i) { ... on StrategyRun { fills { nodes { id } } } } }",
            "DOCUMENT_TOO_LARGE",
        ),
    ],
)
async def test_a_document_that_will_not_do_is_refused_with_a_code(asha: Client, text: str, code: str) -> None:
    """Each error has a code and an id of its own."""
    errors = (await asha.answer(text))["errors"]
    assert errors[0]["extensions"]["code"] == code
    assert len({error["extensions"]["errorId"] for error in errors}) == len(errors)


async def test_pages_within_pages_are_answered_while_they_are_small(asha: Client) -> None:
    """Twenty runs with all that a page of orders can tell of each are not too much."""
    text = "{ runs(first: 20) { nodes { instruments { id } orders(first: 10) { nodes { fills { id } } } } } }"
    assert await asha.codes(text) == []


async def test_fragments_that_double_at_each_step_cost_no_time(asha: Client) -> None:
    """The counts are linear: 30 doublings would be a thousand million fields."""
    # given
    chain = "".join(f"fragment F{n} on User {{ ...F{n + 1} ...F{n + 1} }} " for n in range(30))
    text = "{ me { ...F0 } } " + chain + "fragment F30 on User { id }"

    # when
    began = time.perf_counter()
    codes = await asha.codes(text)

    # then
    assert codes == ["DOCUMENT_TOO_LARGE"]
    assert time.perf_counter() - began < 5


async def test_fragments_that_spread_each_other_are_refused(asha: Client) -> None:
    """A cycle ends the counting, and validation names it."""
    text = "{ me { ...A } } fragment A on User { id ...B } fragment B on User { id ...A }"
    assert await asha.codes(text) == ["GRAPHQL_VALIDATION_FAILED"]


async def test_the_introspection_of_graphiql_passes_the_limits(asha: Client) -> None:
    """The bounds leave room for what tools ask."""
    answer = await asha.answer(get_introspection_query(input_value_deprecation=True))
    assert answer["data"]["__schema"]["queryType"]["name"] == "Query"


async def test_a_bug_is_told_by_an_id_alone(asha: Client, superuser: Any, capsys: Any) -> None:
    """The database's words stay in the log, beside the id the client was given."""
    # given
    await superuser.execute("ALTER TABLE strategies RENAME TO strategies_hidden")

    # when
    answer = await asha.answer(document("Strategies"))

    # then
    (error,) = answer["errors"]
    assert error["message"] == "Something went wrong on our side."
    assert error["extensions"]["code"] == "INTERNAL_ERROR"
    assert set(error["extensions"]) == {"code", "errorId"}
    assert error["extensions"]["errorId"] in capsys.readouterr().out


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        (b"5", "application/json", 400, "BAD_REQUEST"),
        (b"[]", "application/json", 400, "BAD_REQUEST"),
        (b"[" * 5000, "application/json", 400, "BAD_REQUEST"),
        (b'{"query": 5}', "application/json", 400, "BAD_REQUEST"),
        (b"{}", "application/json", 400, "BAD_REQUEST"),
        (b'{"query": "{ __typename }"}', "text/plain", 415, "UNSUPPORTED_MEDIA_TYPE"),
        (b'{"query": "{ __typename }"}', "multipart/form-data; boundary=x", 415, "UNSUPPORTED_MEDIA_TYPE"),
        (b'{"query": "' + b"#" * 300_000 + b'"}', "application/json", 413, "BODY_TOO_LARGE"),
    ],
)
async def test_a_request_that_is_not_one_is_refused_in_json(
    nobody: Client, body: bytes, kind: str, status: int, code: str
) -> None:
    """Every mistake of a client's gets a 4xx with a coded error."""
    response = await nobody.http.post("/graphql", content=body, headers={"content-type": kind})
    assert response.status_code == status
    assert response.json()["errors"][0]["extensions"]["code"] == code


async def test_a_body_is_cut_off_where_it_is_too_long_however_it_comes(nobody: Client) -> None:
    """A body without a declared length is counted as it streams."""

    async def endless() -> Any:
        for _ in range(40):
            yield b" " * 10_000

    headers = {"content-type": "application/json"}
    response = await nobody.http.post("/graphql", content=endless(), headers=headers)
    assert response.status_code == 413


async def test_queries_go_by_get_and_mutations_do_not(asha: Client) -> None:
    """GET reads; only POST changes."""
    headers = asha.headers
    good = await asha.http.get("/graphql", params={"query": "{ me { email } }"}, headers=headers)
    assert good.json()["data"]["me"]["email"] == "asha@example.com"
    changing = {"query": "mutation { logout(input: {}) { sessionsEnded } }"}
    bad = await asha.http.get("/graphql", params=changing, headers=headers)
    assert bad.status_code == 400
    assert (await asha.http.put("/graphql")).status_code == 405


async def test_in_development_strangers_read_the_schema_and_get_hints(nobody: Client) -> None:
    """Whoever learns is helped; production is another test's."""
    assert "Did you mean" in (await nobody.answer("{ mee { id } }"))["errors"][0]["message"]
    assert "errors" not in await nobody.answer("{ __schema { queryType { name } } }")
