"""The schema: every root field, the scalars, and how documents are checked and errors presented."""

from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from app.api.accounts import AccountQueries
from app.api.deadline import Deadline
from app.api.documents import DocumentRules, Documents
from app.api.errors import presented
from app.api.events import CONCRETE
from app.api.executor import FrugalExecutor
from app.api.health import HealthQueries
from app.api.logs import LogQueries
from app.api.market import MarketQueries
from app.api.market_session import MarketSessionQueries
from app.api.mutations import Mutation
from app.api.nodes import NodeQueries
from app.api.pnl import PnlQueries
from app.api.reports import ReportQueries
from app.api.risk_status import RiskQueries
from app.api.run_queries import RunQueries
from app.api.scalars import SCALARS
from app.api.strategies import StrategyQueries
from app.api.subscriptions import Subscription


@strawberry.type(description="Everything that can be asked for.")
class Query(
    AccountQueries,
    NodeQueries,
    StrategyQueries,
    RunQueries,
    PnlQueries,
    ReportQueries,
    RiskQueries,
    LogQueries,
    MarketQueries,
    MarketSessionQueries,
    HealthQueries,
):
    """Every query."""


class Schema(strawberry.Schema):
    """Strawberry's, with errors presented in the one place every error passes."""

    suggestions: bool = True

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Give each error its code and id, in place; a bug's traceback goes to the log."""
        errors[:] = presented(errors, self.suggestions)


def make_schema(production: bool = False) -> Schema:
    """The schema; in production strangers cannot read it, and nobody is helped to guess names."""
    documents = Documents()

    def document_rules() -> DocumentRules:
        return DocumentRules(documents, production)

    arguments: dict[str, Any] = {"query": Query, "mutation": Mutation, "subscription": Subscription}
    schema = Schema(
        **arguments,
        types=CONCRETE,
        extensions=[document_rules, Deadline],
        execution_context_class=FrugalExecutor,
        config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=production),
    )
    schema.suggestions = not production
    return schema
