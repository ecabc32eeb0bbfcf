"""What several kinds of tests are given: a real server in a process of its own."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.support.servers import Server

settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with Server() as running:
        yield running
