"""What a connection does about a client that does not take what it is sent."""

import json

import pytest

from app.web.websocket import ENTITLED_FRAMES, MOST_QUEUED_BYTES, MOST_UNSENT_BYTES, Connection, asks_for_file


class Handle:
    def __init__(self) -> None:
        self.acks: list[int] = []

    def ack(self, iteration: int) -> None:
        self.acks.append(iteration)


def test_an_ack_is_passed_on_at_once_while_little_is_unsent():
    connection, handle = Connection(None), Handle()
    connection.deliver(bytes(1000))
    connection.acknowledge(handle, 7)
    assert handle.acks == [7]


def test_an_ack_waits_while_much_is_unsent_so_that_no_record_is_asked_for():
    connection, handle = Connection(None), Handle()
    connection.deliver(bytes(MOST_UNSENT_BYTES))
    for iteration in range(5):
        connection.acknowledge(handle, iteration)
    assert handle.acks == []
    assert connection.held_ack == 4


def test_the_large_frames_a_client_is_entitled_to_may_wait_and_little_more():
    connection = Connection(None)
    for _ in range(ENTITLED_FRAMES):
        connection.deliver(bytes(10_000_000))
    assert not connection.overfull.is_set()
    for _ in range(MOST_QUEUED_BYTES // 1024):
        connection.deliver(bytes(1024))
    assert not connection.overfull.is_set()
    connection.deliver(bytes(1024))
    assert connection.overfull.is_set()


@pytest.mark.parametrize(
    "text", ['{"type":"snapshot"}', '{"type":"\\u0073napshot"}', '{"type":"e\\u0078port","format":"report"}']
)
def test_a_command_for_a_file_is_known_however_it_is_spelt(text):
    assert json.loads(text)["type"] in ("snapshot", "export")
    assert asks_for_file(text)


def test_other_commands_do_not_wait_for_files():
    assert not asks_for_file('{"type":"configure","changes":{"hidden_size":3}}')
