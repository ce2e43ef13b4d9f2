"""Databases of a test's own, on the one server of the run."""

import uuid

import asyncpg

from app.store.embedded import RunningPostgres


async def fresh_database(postgres: RunningPostgres, template: str = "template0") -> str:
    """Make a database like `template` (tens of milliseconds) and return the superuser's URL of it."""
    name = f"test_{uuid.uuid4().hex}"
    connection = await asyncpg.connect(postgres.dsn(database="postgres"))
    try:
        await connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    finally:
        await connection.close()
    return postgres.dsn(database=name)
