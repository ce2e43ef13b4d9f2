"""Settings: read once from MEDHA_* at the start, frozen from then on."""

import difflib
import os
from collections.abc import Collection, Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal, Self

from cryptography.fernet import Fernet
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails

PREFIX = "MEDHA_"


class SettingsError(ValueError):
    """A MEDHA_ variable that is unknown or malformed; its message names each one and never shows a value."""


def default_data_dir() -> Path:
    """Where data goes unless told: root's must be reachable by the account PostgreSQL runs as."""
    if os.geteuid() == 0:
        return Path("/var/lib/medha")
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "medha"


def _absolute(path: Path) -> Path:
    return path.expanduser().absolute()


def _words(value: object) -> object:
    """Split `a, b` into words; anything but a string passes as it is."""
    return (
        tuple(word.strip() for word in value.split(",") if word.strip()) if isinstance(value, str) else value
    )


Registration = Literal["open", "invite", "closed"]
Words = Annotated[tuple[str, ...], BeforeValidator(_words)]
PostgresUrl = Annotated[str, Field(pattern=r"^postgres(ql)?://")]
WebUrl = Annotated[str, Field(pattern=r"^https?://[^\s/]+")]
SocketUrl = Annotated[str, Field(pattern=r"^wss?://[^\s/]+")]


class Settings(BaseModel):
    """Everything the environment can decide; each field is MEDHA_ and its name in capitals."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    env: Literal["development", "production"] = "development"
    host: str = Field(default="127.0.0.1", min_length=1)
    port: int = Field(default=8000, ge=0, le=65535, description="0 takes any free port")
    data_dir: Path = Field(default_factory=default_data_dir)
    behind_tls_proxy: bool = Field(default=False, description="a proxy in front of us ends TLS")
    database_url: PostgresUrl | None = Field(default=None, repr=False)
    database_read_url: PostgresUrl | None = Field(default=None, repr=False)
    pg_bindir: Path | None = None
    secret_keys: Words = Field(default=(), repr=False, description="Fernet keys; the first one encrypts")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    strategies: Words = Field(default=(), description="folders or .py files of the user's own strategies")
    registration: Registration | None = Field(default=None, description="see registration_policy")
    allowed_origins: Words = ()
    trusted_documents: Path | None = None
    nats_url: str | None = Field(default=None, pattern=r"^(nats|tls)://")
    dask_scheduler: str | None = Field(default=None, min_length=1)
    dhan_base_url: WebUrl = "https://api.dhan.co/v2"
    dhan_login_url: WebUrl = "https://auth.dhan.co"
    dhan_feed_url: SocketUrl = "wss://api-feed.dhan.co"
    dhan_order_feed_url: SocketUrl = "wss://api-order-update.dhan.co"

    @field_validator("data_dir", "pg_bindir", "trusted_documents")
    @classmethod
    def _resolve(cls, path: Path | None) -> Path | None:
        return path and _absolute(path)

    @field_validator("secret_keys")
    @classmethod
    def _are_fernet_keys(cls, keys: tuple[str, ...]) -> tuple[str, ...]:
        for key in keys:
            Fernet(key)
        return keys

    @model_validator(mode="after")
    def _not_exposed_in_clear(self) -> Self:
        if not (self.on_loopback or self.behind_tls_proxy):
            raise ValueError(
                "MEDHA_HOST reaches beyond this machine: put a proxy that ends TLS in front, "
                "and say so with MEDHA_BEHIND_TLS_PROXY=true"
            )
        return self

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine can connect."""
        return self.host == "localhost" or (_is_address(self.host) and ip_address(self.host).is_loopback)

    @property
    def registration_policy(self) -> Registration:
        """Who may register: as set, or else open on loopback and closed elsewhere."""
        return self.registration or ("open" if self.on_loopback else "closed")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Read the settings. Raise SettingsError for an unknown or malformed MEDHA_ variable."""
        given = {name: value for name, value in environment.items() if name.startswith(PREFIX)}
        fields = {PREFIX + field.upper(): field for field in cls.model_fields}
        if refused := [
            _refusal(name, fields) for name in sorted(given) if not (name in fields and given[name])
        ]:
            raise SettingsError("; ".join(refused))
        try:
            return cls.model_validate({fields[name]: value for name, value in given.items()})
        except ValidationError as invalid:
            raise SettingsError("; ".join(map(_malformed, invalid.errors()))) from None


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _refusal(name: str, known: Collection[str]) -> str:
    if name in known:
        return f"{name} is empty: give it a value, or unset it"
    near = difflib.get_close_matches(name, known, n=1)
    return f"{name} is not a setting" + (f"; did you mean {near[0]}?" if near else "")


def _malformed(error: ErrorDetails) -> str:
    told = error["msg"].removeprefix("Value error, ")
    return f"{PREFIX}{str(error['loc'][0]).upper()} is malformed: {told}" if error["loc"] else told
