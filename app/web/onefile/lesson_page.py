"""Lessons as one HTML file: their text and questions, with a recorded run for each, and nothing that needs a server.

A lesson of several networks side by side, one about files of one's own, or one about a watched training needs a server
and cannot be told so. Of the others the steps stay that can be done with a recording, and words that point at what is
not there do not point.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ...errors import BadValue, TooCostly
from ...scenes import SCENES, Scene, scenes_as_json
from ...training import Record, Trainer
from ..assets import Assets, shipped
from ..templates import environment
from .exported import Recorded, exported
from .onepage import one_page

LARGEST_PAGE = 10_000_000
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


def page_of_lessons(assets: Assets) -> str:
    """The page as one file that tells lessons, with `onepage.MARKS` where their runs belong."""
    return one_page(assets, environment(assets), tells_lessons=True)


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
    return [_alone(told[slug]) | {"record": {"watch": sorted(_watched(SCENES[slug])), **bounds}} for slug in tellable()]


def lesson_page(slugs: Sequence[str], link: str = "") -> str:
    """The lessons of these addresses in this order, as one page. `link`: where Unroll can be used with a server."""
    unknown = [slug for slug in slugs if slug not in tellable()]
    if unknown or not slugs:
        what = f"{unknown[0]!r}" if unknown else "none"
        why = " (it needs a server)" if unknown and unknown[0] in SCENES else ""
        raise BadValue(f"Expected lessons that need no server; got {what}{why}. They are: {', '.join(tellable())}.")
    assets = Assets(shipped("static"))
    shell = page_of_lessons(assets)
    most = max(FEWEST_RECORDS, MOST_RECORDS // len(slugs))
    while True:
        page = _made(shell, slugs, link, most)
        if len(page.encode()) <= LARGEST_PAGE or most <= FEWEST_RECORDS:
            return page
        most = max(FEWEST_RECORDS, most * 2 // 3)


def _made(shell: str, slugs: Sequence[str], link: str, most: int) -> str:
    recorded, story = Recorded(), []
    told = {scene["slug"]: scene for scene in scenes_as_json()}
    for number, slug in enumerate(slugs, 1):
        scene = SCENES[slug]
        trainer = Trainer(scene.config)
        recorded.begin(trainer)
        lesson = _alone(told[slug])
        records, steps = _recorded(trainer, scene, lesson["steps"])
        story.append({**lesson, "steps": steps, "number": number, "from": len(recorded.records)})
        recorded.records += thinned(records, most)
    title = story[0]["title"] if len(story) == 1 else "Backpropagation through time"
    return exported(shell, f"Unroll: {title}", recorded, {"link": link, "story": story})


def _recorded(trainer: Trainer, scene: Scene, steps: list[dict[str, Any]]) -> tuple[list[Record], list[dict[str, Any]]]:
    """The run until every step that training brings about is done, and the steps that are."""
    watch = _watched(scene)
    records: list[Record] = []
    waiting = [step for step in steps if not _holds(step["done"], None)]
    while not trainer.diverged and len(records) <= MOST_UPDATES and (waiting or len(records) <= UPDATES):
        record = _record(trainer, watch)
        if trainer.divergence is None:
            records.append(record)
            waiting = [step for step in waiting if not _holds(step["done"], record)]
        trainer.advance()
    return records, [step for step in steps if step not in waiting]


def _watched(scene: Scene) -> set[str]:
    """What the records of a scene hold."""
    return WATCHED | set(scene.watch) | ({"terms"} if scene.view.under == "terms" else set())


def _record(trainer: Trainer, watch: set[str]) -> Record:
    """Without what this network is too large for."""
    try:
        return trainer.record(watch)
    except TooCostly:
        return trainer.record(watch - {"truncation"})


def thinned(records: list[Record], most: int) -> list[Record]:
    """Evenly chosen ones, the first and the last among them."""
    if len(records) <= most:
        return records
    step = (len(records) - 1) / (most - 1)
    return [records[round(place * step)] for place in range(most)]


def _holds(condition: Mapping[str, Any], record: Record | None) -> bool:
    """Whether a record brings a condition about; None: whether it needs no training at all."""
    if "iterations" in condition:
        return record is not None and record.iteration >= condition["iterations"]
    if "scalar" in condition:
        value = None if record is None else record.scalars.get(condition["scalar"])
        below, above = condition.get("below", float("inf")), condition.get("above", float("-inf"))
        return value is not None and above < value < below
    if "all" in condition:
        return all(_holds(part, record) for part in condition["all"])
    return True


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


def _alone(told: dict[str, Any]) -> dict[str, Any]:
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
