"""Settings: read once from the environment (`HALOOP_…`), the defaults being one process and no server."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SECRET_BYTES = 32


class Settings(BaseSettings):
    """One field a setting; docs/operations.md says what each is for."""

    model_config = SettingsConfigDict(env_prefix="HALOOP_", frozen=True, extra="ignore")

    database_url: str = "sqlite+aiosqlite:///haloop.db"
    media_url: str = "media"  # a local folder
    secret_key: SecretStr = SecretStr("")
    public_url: str = ""  # such as https://haloop.example; empty: what the request says
    timezone: str = "Asia/Taipei"
    trusted_proxies: str = ""  # addresses whose X-Forwarded-* count, separated by commas
    metrics_token: SecretStr = SecretStr("")
    rate_limit_factor: float = Field(default=1.0, ge=0)
    require_verified_email: bool = False
    sqlite_synchronous: str = Field(default="FULL", pattern="^(FULL|NORMAL)$")

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(f"unknown time zone {value!r}")
        ZoneInfo(value)
        return value

    @field_validator("public_url")
    @classmethod
    def _no_slash(cls, value: str) -> str:
        return value.rstrip("/")

    def secret(self) -> str:
        """The key that signs sessions; raises ValueError when it is shorter than 32 bytes."""
        secret = self.secret_key.get_secret_value()
        if len(secret.encode()) < SECRET_BYTES:
            raise ValueError("HALOOP_SECRET_KEY must be set to 32 bytes or more")
        return secret

    def media_folder(self) -> Path:
        return Path(self.media_url)
