"""A class on one link: everybody has a run of their own, and as long as they are equal they are computed once."""

import pytest

from app.web.run import Shared
from tests.support.batches import counted_batches
from tests.support.clients import Client, records


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    return counted_batches(monkeypatch)


def losses(client: Client, seconds: float) -> list[float]:
    """Of every record that comes while the run plays for so long."""
    before = len(client.heard)
    client.ack()
    client.say("play", rate=30)
    client.wait(seconds)
    client.say("pause")
    return [record["loss"] for record in records(client.heard[before:])]


def test_thirty_pupils_who_open_one_link_take_the_computing_of_one(batches):
    shared = Shared()
    first = Client(shared=shared).started()
    alone = losses(first, 0.4)
    assert len(alone) > 8
    count = len(batches)
    for _ in range(29):
        pupil = Client(shared=shared).started()
        assert losses(pupil, 0.4) == alone
    assert len(batches) == count


def test_a_pupil_who_changes_something_goes_on_alone_and_nobody_else_notices():
    def change(client: Client) -> list[float]:
        losses(client, 0.1)
        client.say("configure", changes={"learning_rate": 0.02})
        client.ack()
        return losses(client, 0.3)

    expected, unchanged = change(Client().started()), losses(Client().started(), 0.4)
    shared = Shared()
    others = [Client(shared=shared).started() for _ in range(2)]
    assert losses(others[0], 0.4) == unchanged
    assert change(Client(shared=shared).started()) == expected
    assert losses(others[1], 0.4) == unchanged
    assert expected[-1] != unchanged[-1]


def test_what_is_expensive_is_measured_once_for_a_class_that_goes_in_step():
    shared = Shared()
    pupils = [Client(shared=shared).started() for _ in range(4)]
    for pupil in pupils:
        pupil.say("watch", quantities=["truncation"])
        pupil.say("play", rate=30)
    measured = [
        {record["iteration"] for record in records(pupil.wait(2)) if record["as_of"] == record["iteration"] > 8}
        for pupil in pupils
    ]
    assert measured[0]
    assert all(iterations == measured[0] for iterations in measured)
