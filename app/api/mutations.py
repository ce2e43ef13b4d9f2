"""Every mutation: one input, one payload, refusals as data."""

from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import strawberry
from sqlalchemy.exc import IntegrityError

from app.api import (
    account_changes,
    kill_switch,
    registration,
    run_commands,
    run_start,
    signing_in,
    strategy_changes,
)
from app.api.account_changes import (
    BrokerAccountPayload,
    CreateBrokerAccountInput,
    DeleteBrokerAccountInput,
    SetRiskLimitsInput,
    SetRiskLimitsPayload,
    UpdateBrokerAccountInput,
)
from app.api.context import Info
from app.api.enums import UserErrorCode
from app.api.errors import Refused, UserError
from app.api.kill_switch import KillSwitchInput
from app.api.registration import RegisterUserInput, RegisterUserPayload
from app.api.run_commands import DeleteRunPayload, RestartRunInput, RunInput, StopRunInput
from app.api.run_start import RunPayload, StartRunInput
from app.api.signing_in import (
    LoginInput,
    LogoutInput,
    LogoutPayload,
    RefreshSessionInput,
    SessionPayload,
)
from app.api.strategy_changes import (
    ArchiveStrategyInput,
    CreateStrategyInput,
    StrategyPayload,
    UpdateStrategyInput,
)

P = TypeVar("P")
G = TypeVar("G")
Given = strawberry.argument(description="What is asked for.")
# Two requests at once can both find a name free: the database lets one of them have it.
UNIQUE_NAMES = ("uq_broker_accounts_name", "uq_strategies_name")


async def answered(
    payload: Callable[..., P], act: Callable[[Info, G], Awaitable[P]], info: Info, given: G
) -> P:
    """The mutation's payload; with the user errors when it was refused, and nothing was done."""
    try:
        return await act(info, given)
    except Refused as refusal:
        return payload(user_errors=refusal.errors)
    except IntegrityError as conflict:
        if not any(name in str(conflict.orig) for name in UNIQUE_NAMES):
            raise
        error = UserError(code=UserErrorCode.TAKEN, message="Another one has this name.", path=["name"])
        return payload(user_errors=[error])


@strawberry.type(description="Everything that changes something.")
class Mutation:
    """Every mutation."""

    @strawberry.mutation(description="Register; needs no log-in, if this server takes new users.")
    async def register_user(
        self, info: Info, input: Annotated[RegisterUserInput, Given]
    ) -> RegisterUserPayload:
        """Register."""
        return await answered(RegisterUserPayload, registration.register, info, input)

    @strawberry.mutation(description="Log in.")
    async def login(self, info: Info, input: Annotated[LoginInput, Given]) -> SessionPayload:
        """Log in."""
        return await answered(SessionPayload, signing_in.log_in, info, input)

    @strawberry.mutation(
        description="Go on with a session: new tokens for the refresh token, which is then spent."
    )
    async def refresh_session(
        self, info: Info, input: Annotated[RefreshSessionInput, Given]
    ) -> SessionPayload:
        """Go on with a session."""
        return await answered(SessionPayload, signing_in.refresh_session, info, input)

    @strawberry.mutation(description="Log out: the refresh token is void, the access token ends by itself.")
    async def logout(self, info: Info, input: Annotated[LogoutInput, Given]) -> LogoutPayload:
        """Log out."""
        return await answered(LogoutPayload, signing_in.log_out, info, input)

    @strawberry.mutation(description="Make an account to trade in.")
    async def create_broker_account(
        self, info: Info, input: Annotated[CreateBrokerAccountInput, Given]
    ) -> BrokerAccountPayload:
        """Make an account."""
        return await answered(BrokerAccountPayload, account_changes.create_account, info, input)

    @strawberry.mutation(description="Change an account.")
    async def update_broker_account(
        self, info: Info, input: Annotated[UpdateBrokerAccountInput, Given]
    ) -> BrokerAccountPayload:
        """Change an account."""
        return await answered(BrokerAccountPayload, account_changes.update_account, info, input)

    @strawberry.mutation(description="Delete an account: its credentials are erased, its records kept.")
    async def delete_broker_account(
        self, info: Info, input: Annotated[DeleteBrokerAccountInput, Given]
    ) -> BrokerAccountPayload:
        """Delete an account."""
        return await answered(BrokerAccountPayload, account_changes.delete_account, info, input)

    @strawberry.mutation(description="Set the limits of an account, or of one strategy in it.")
    async def set_risk_limits(
        self, info: Info, input: Annotated[SetRiskLimitsInput, Given]
    ) -> SetRiskLimitsPayload:
        """Set limits."""
        return await answered(SetRiskLimitsPayload, account_changes.set_limits, info, input)

    @strawberry.mutation(
        description="Engage an account's kill switch: its runs withdraw their entries and take no new risk,"
        " none is started in it; exits still act."
    )
    async def engage_kill_switch(
        self, info: Info, input: Annotated[KillSwitchInput, Given]
    ) -> BrokerAccountPayload:
        """Engage the kill switch."""
        return await answered(BrokerAccountPayload, kill_switch.engage, info, input)

    @strawberry.mutation(description="Release an account's kill switch: its runs take risk again.")
    async def release_kill_switch(
        self, info: Info, input: Annotated[KillSwitchInput, Given]
    ) -> BrokerAccountPayload:
        """Release the kill switch."""
        return await answered(BrokerAccountPayload, kill_switch.release, info, input)

    @strawberry.mutation(description="Make a strategy of a registered kind.")
    async def create_strategy(
        self, info: Info, input: Annotated[CreateStrategyInput, Given]
    ) -> StrategyPayload:
        """Make a strategy."""
        return await answered(StrategyPayload, strategy_changes.create_strategy, info, input)

    @strawberry.mutation(description="Change a strategy; new settings are a new version.")
    async def update_strategy(
        self, info: Info, input: Annotated[UpdateStrategyInput, Given]
    ) -> StrategyPayload:
        """Change a strategy."""
        return await answered(StrategyPayload, strategy_changes.update_strategy, info, input)

    @strawberry.mutation(description="Put a strategy away; its name is free again.")
    async def archive_strategy(
        self, info: Info, input: Annotated[ArchiveStrategyInput, Given]
    ) -> StrategyPayload:
        """Put a strategy away."""
        return await answered(StrategyPayload, strategy_changes.archive_strategy, info, input)

    @strawberry.mutation(description="Start a run of a strategy.")
    async def start_run(self, info: Info, input: Annotated[StartRunInput, Given]) -> RunPayload:
        """Start a run."""
        return await answered(RunPayload, run_start.start_run, info, input)

    @strawberry.mutation(description="Let a paper run take no new risk until it is resumed; exits still act.")
    async def pause_run(self, info: Info, input: Annotated[RunInput, Given]) -> RunPayload:
        """Pause a run."""
        return await answered(RunPayload, run_commands.pause_run, info, input)

    @strawberry.mutation(description="Let a paused run take risk again.")
    async def resume_run(self, info: Info, input: Annotated[RunInput, Given]) -> RunPayload:
        """Resume a run."""
        return await answered(RunPayload, run_commands.resume_run, info, input)

    @strawberry.mutation(description="Stop a run, with its positions as they are or closed at the market.")
    async def stop_run(self, info: Info, input: Annotated[StopRunInput, Given]) -> RunPayload:
        """Stop a run."""
        return await answered(RunPayload, run_commands.stop_run, info, input)

    @strawberry.mutation(
        description="Take a run up again: a paper run goes on after its last candle, a backtest is made anew."
    )
    async def restart_run(self, info: Info, input: Annotated[RestartRunInput, Given]) -> RunPayload:
        """Take a run up again."""
        return await answered(RunPayload, run_commands.restart_run, info, input)

    @strawberry.mutation(description="Delete a backtest that has ended, with its results.")
    async def delete_run(self, info: Info, input: Annotated[RunInput, Given]) -> DeleteRunPayload:
        """Delete a backtest."""
        return await answered(DeleteRunPayload, run_commands.delete_run, info, input)
