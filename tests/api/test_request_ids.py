"""Request ids: one a request or socket, on every line it causes and in its answer; no secret beside them."""

import io

import pytest

from app.logging import configure_logging
from app.request_ids import HEADER
from app.store.database import Database
from tests.api.client import PASSWORD, Client, document, raw_socket
from tests.logs import lines_of, stream
from tests.stores import as_superuser

__all__ = ["stream"]  # a fixture


@pytest.fixture
def log(stream: io.StringIO) -> io.StringIO:
    """What the server logs in production."""
    configure_logging("production", stream=stream)
    return stream


async def test_each_answer_has_an_id_of_its_own(nobody: Client) -> None:
    """Ours, whatever the client calls its request."""
    answers = [await nobody.http.get("/health/live", headers={HEADER: "mine\tforged"}) for _ in range(2)]
    ids = {answer.headers[HEADER] for answer in answers}
    assert len(ids) == 2
    assert all(len(each) == 32 for each in ids)


async def test_a_socket_is_told_its_id(asha: Client) -> None:
    """In the answer to its handshake."""
    async with raw_socket(str(asha.http.base_url)) as connection:
        assert connection.response is not None
        assert len(connection.response.headers[HEADER]) == 32


async def test_what_a_request_logs_carries_its_id_and_not_its_password(
    log: io.StringIO, nobody: Client, database: Database
) -> None:
    """A login that fails on our side: one line, the answer's id, a traceback without the secret."""
    async with as_superuser(database) as connection:
        await connection.execute("DROP FUNCTION find_login")
    credentials = {"email": "asha@example.com", "password": PASSWORD}
    body = {"query": document("Login"), "variables": {"input": credentials}}

    answer = await nobody.http.post("/graphql", json=body)

    (line,) = [line for line in lines_of(log) if line["event"] == "request.failed"]
    assert line["request_id"] == answer.headers[HEADER]
    assert line["error_id"] == answer.json()["errors"][0]["extensions"]["errorId"]
    assert PASSWORD not in log.getvalue()
