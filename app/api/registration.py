"""Registration: who may trade here."""

import strawberry
from email_validator import EmailNotValidError, validate_email

from app.api.accounts import User
from app.api.context import Info
from app.api.enums import UserErrorCode
from app.api.errors import UserError, refused
from app.store import people

SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 1024


@strawberry.input(description="Who wants to trade here.")
class RegisterUserInput:
    """Who wants to trade here."""

    email: str = strawberry.field(description="The e-mail to log in with.")
    password: str = strawberry.field(description="12 characters or more, and not the e-mail.")


@strawberry.type(description="What came of a registration.")
class RegisterUserPayload:
    """What came of a registration."""

    user: User | None = strawberry.field(default=None, description="The new user; the first of all is ADMIN.")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was done; empty when it was.")


async def register(info: Info, given: RegisterUserInput) -> RegisterUserPayload:
    """A new user, or why there is none."""
    api = info.context.api
    if api.settings.registration_policy != "open":
        raise refused(UserErrorCode.REGISTRATION_CLOSED, "This server takes no new users.")
    email = normalized(given.email)
    if email is None:
        raise refused(UserErrorCode.INVALID, "This is not an e-mail address.", "email")
    _check_password(given.password, email)
    password_hash = await api.passwords.hash(given.password)
    async with api.store.anonymous() as session:
        made = await people.register_user(session, email, password_hash)
    if made is None:
        raise refused(UserErrorCode.TAKEN, "There is a user with this e-mail already.", "email")
    return RegisterUserPayload(user=User.of(made._asdict()), user_errors=[])


def normalized(email: str) -> str | None:
    """An address as it is kept, however it was typed: composed letters, the domain as it reads."""
    try:
        return validate_email(email.strip(), check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        return None


def _check_password(password: str, email: str) -> None:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise refused(
            UserErrorCode.INVALID,
            f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters.",
            "password",
        )
    if password.strip().lower() == email.lower():
        raise refused(UserErrorCode.INVALID, "The password must not be the e-mail.", "password")
