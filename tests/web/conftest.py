import pytest

from tests.support.clients import Client


@pytest.fixture
def client() -> Client:
    return Client()
