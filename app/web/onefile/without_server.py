"""Which lessons can be told without a server, what of them, and how a run of each is recorded for it.

A lesson of several networks side by side, one about files of one's own, or one about a watched training needs a server
and cannot be told so. Of the others the steps stay that can be done with a recording, and words that point at what is
not there do not point.
"""

from collections.abc import Mapping
from typing import Any

from ...scenes import SCENES, Scene, scenes_as_json

UPDATES = 120  # at least so many are recorded,
MOST_UPDATES = 400  # and until a step is done at most so many
MOST_RECORDS = 240  # of all lessons of a file together
FEWEST_RECORDS = 12  # of each
# What the page shows, in its own views and under a lesson's text; `terms` only where a lesson asks for them.
WATCHED = {"flow", "weights", "truncation", "gates", "distributions", "spectrum", "saturation"}
DONE_ALONE = {"play", "pin", "slow", "fold", "unfold"}  # events that a recording has, too
NOT_THERE = {"check", "compare", "example", "load", "reset"}  # buttons


def tellable() -> list[str]:
    """The lessons that can be told without a server, by their addresses."""
    return [slug for slug, scene in SCENES.items() if not scene.lanes and not _needs_more(scene)]


def told_alone() -> list[dict[str, Any]]:
    """The lessons that can be told without a server, as the page reads them, and how a run of each is recorded.

    `record` has `watch`, what its records hold, and bounds: it is trained for `updates`, and on until every step is
    done, at most `most_updates`; of all lessons of a file `most_records` are kept together, at least `fewest_records`
    of each.
    """
    bounds = {
        "updates": UPDATES,
        "most_updates": MOST_UPDATES,
        "most_records": MOST_RECORDS,
        "fewest_records": FEWEST_RECORDS,
    }
    told = {scene["slug"]: scene for scene in scenes_as_json()}
    return [alone(told[slug]) | {"record": {"watch": sorted(watched(SCENES[slug])), **bounds}} for slug in tellable()]


def watched(scene: Scene) -> set[str]:
    """What the records of a scene hold."""
    return WATCHED | set(scene.watch) | ({"terms"} if scene.view.under == "terms" else set())


def _can_be_done(condition: Mapping[str, Any]) -> bool:
    """Whether a reader of a recording can do what a step asks for."""
    if "all" in condition:
        return all(_can_be_done(part) for part in condition["all"])
    if "event" in condition:
        return condition["event"] in DONE_ALONE
    return "field" not in condition and "phase" not in condition


def _needs_more(scene: Scene) -> bool:
    """Whether it takes in a file, or shows another page."""
    return scene.view.under == "watched" or any(step.done.get("event") == "load" for step in scene.steps)


def alone(told: dict[str, Any]) -> dict[str, Any]:
    """A lesson as it is told without a server: of its steps those that can be done with a recording."""
    steps = [step for step in told["steps"] if _can_be_done(step["done"])]
    alone: dict[str, Any] = _without_server(told | {"steps": steps})
    return alone


def _without_server(told: Any) -> Any:
    """The same texts, where words that point at a button that is not there are plain."""
    if isinstance(told, list):
        return [_without_server(part) for part in told]
    if not isinstance(told, dict):
        return told
    ref = told.get("ref")
    if isinstance(ref, dict) and ref["kind"] == "button" and ref["of"] in NOT_THERE:
        return {"text": told["text"]}
    return {name: _without_server(value) for name, value in told.items()}
