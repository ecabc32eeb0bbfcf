"""What the operator chooses: where to listen, how many runs, who may connect. The learner's choices are `RunConfig`."""

import ipaddress
import os
import re
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

HOST_NAME = re.compile(r"\*|(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*(:[0-9]{1,5})?")
ORIGIN = re.compile(r"https?://(\[[0-9a-f:.]+\]|[a-z0-9_-]+(\.[a-z0-9_-]+)*)(:[0-9]{1,5})?")
PATH = re.compile("(/[A-Za-z0-9._~-]+)*/?")
ANCESTORS = re.compile(r"[A-Za-z0-9 '*:/.\-\[\]]+")
Names = Annotated[tuple[str, ...], NoDecode]


def usable_cores() -> int:
    """The cores this process may use, which in a container can be fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def plain(name: str) -> Any:
    """A setting read from `NAME` rather than `UNROLL_NAME`, because every platform calls it so."""
    return AliasChoices(name, name.lower())


class Settings(BaseSettings):
    """Read from the environment once, when a `Settings` is made; the README lists them with their help."""

    model_config = SettingsConfigDict(env_prefix="UNROLL_", extra="ignore", frozen=True)

    host: str = Field(
        default="127.0.0.1",
        validation_alias=plain("HOST"),
        description="Address to listen on; :: is every address of this machine, IPv4 and IPv6.",
    )
    port: int = Field(
        default=8000,
        ge=0,
        le=65535,
        validation_alias=plain("PORT"),
        description="Port to listen on; 0 takes a free one.",
    )
    workers: int = Field(
        default_factory=usable_cores,
        ge=1,
        le=256,
        validation_alias=plain("WORKERS"),
        description="Processes that compute, each with one thread; the default is one per core.",
    )
    max_runs: int = Field(
        default=500, ge=1, description="Runs at the same time; further visitors are told when to try again."
    )
    max_runs_per_address: int = Field(
        default=0,
        ge=0,
        description="Of these, runs of one client address; 0 sets no limit, as a whole school can share one address.",
    )
    forwarded_allow_ips: Names = Field(
        default=("127.0.0.1", "::1"),
        validation_alias=plain("FORWARDED_ALLOW_IPS"),
        description="Proxies that are believed when they say where a visitor comes from: addresses or networks, "
        "separated by commas; `*` is everybody, which is right only where nothing but a proxy reaches the server.",
    )
    allowed_hosts: Names = Field(
        default=(),
        description="Host names under which the server may be reached, separated by commas; `*.example.org` is every "
        "name that ends so, `*` every name. IP addresses and localhost always work.",
    )
    allowed_origins: Names = Field(
        default=(),
        description="Origins of other pages that may open a run, such as https://school.example, separated by commas; "
        "also of our own page behind a proxy that rewrites Host.",
    )
    allow_missing_origin: bool = Field(
        default=False, description="Let scripts, which send no Origin header, open a run."
    )
    root_path: str = Field(
        default="",
        description="Where a proxy that leaves the prefix in addresses serves the page, such as /unroll. A proxy that "
        "takes it away needs none.",
    )
    frame_ancestors: str = Field(
        default="'self'",
        description="Which pages may embed this one, as in Content-Security-Policy; * allows all.",
    )
    max_cost: int = Field(
        default=100_000_000,
        ge=1_000,
        description="Longest iteration of one run with its record, in estimated nanoseconds of one core; what is "
        "watched may take three times as long. Others on that core wait meanwhile. Slow cores take longer than "
        "estimated: in a checkout, `.venv/bin/python -m benchmarks.costs` prints a median by which to multiply this.",
    )
    max_bytes: int = Field(
        default=128 * 2**20,
        ge=2**16,
        description="Largest estimated number of bytes of one run: buffers, weights, what is watched, own data.",
    )
    records_per_second: float = Field(
        default=30, gt=0, le=240, description="Records sent to one visitor per second, at most."
    )
    publish_token: str = Field(
        default="",
        repr=False,
        description="Lets scripts that know this token publish what `unroll.watch` sees; without one, /publish is off.",
    )
    open_browser: bool = Field(
        default=True, description="Open the page in a browser at start, where there is a display and a terminal."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info",
        description="Least severe line that is logged: debug, info, warning or error.",
    )

    @field_validator("forwarded_allow_ips", "allowed_hosts", "allowed_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(name.strip().lower().rstrip("/") for name in value.split(",") if name.strip())
        return value

    @field_validator("host")
    @classmethod
    def _is_given(cls, host: str) -> str:
        if not host:
            raise ValueError("it must be an address of this machine, such as 127.0.0.1, or :: for every one")
        return host

    @field_validator("root_path")
    @classmethod
    def _is_path(cls, path: str) -> str:
        if not PATH.fullmatch(path):
            raise ValueError("it must be a path that begins with a slash, such as /unroll")
        return path.rstrip("/")

    @field_validator("frame_ancestors")
    @classmethod
    def _are_ancestors(cls, pages: str) -> str:
        if not ANCESTORS.fullmatch(pages):
            raise ValueError(
                "it must be 'self', 'none', * or origins with spaces between, such as https://school.example"
            )
        return pages

    @field_validator("forwarded_allow_ips")
    @classmethod
    def _are_addresses(cls, proxies: tuple[str, ...]) -> tuple[str, ...]:
        for proxy in proxies:
            try:
                if proxy != "*":
                    ipaddress.ip_network(proxy, strict=False)
            except ValueError:
                message = (
                    f"a proxy is an address such as 10.0.0.5, a network such as 10.0.0.0/8, or *; {proxy!r} is none"
                )
                raise ValueError(message) from None
        return proxies

    @field_validator("allowed_hosts")
    @classmethod
    def _are_hosts(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        wrong = next((name for name in names if not HOST_NAME.fullmatch(name)), None)
        if wrong is not None:
            raise ValueError(f"a host is a name such as unroll.example.org, *.example.org or *; {wrong!r} is not one")
        return names

    @field_validator("allowed_origins")
    @classmethod
    def _are_origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        wrong = next((origin for origin in origins if not ORIGIN.fullmatch(origin)), None)
        if wrong is not None:
            raise ValueError(
                f"an origin is http:// or https:// and a host, such as https://a.example; {wrong!r} is not one"
            )
        return origins


def environment_name(field: str) -> str:
    """The environment variable that sets this field."""
    alias = Settings.model_fields[field].validation_alias
    return str(alias.choices[0]) if isinstance(alias, AliasChoices) else f"UNROLL_{field.upper()}"
