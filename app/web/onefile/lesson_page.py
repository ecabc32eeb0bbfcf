"""Lessons as one HTML file: their text and questions, with a recorded run for each, and nothing that needs a server."""

from collections.abc import Mapping, Sequence
from typing import Any

from ...errors import BadValue, TooCostly
from ...scenes import SCENES, Scene, scenes_as_json
from ...training import Record, Trainer
from ..assets import Assets, shipped
from ..templates import environment
from .exported import Recorded, exported
from .onepage import one_page
from .without_server import FEWEST_RECORDS, MOST_RECORDS, MOST_UPDATES, UPDATES, alone, tellable, watched

LARGEST_PAGE = 10_000_000


def lesson_page(slugs: Sequence[str], link: str = "") -> str:
    """The lessons of these addresses in this order, as one page. `link`: where Unroll can be used with a server."""
    unknown = [slug for slug in slugs if slug not in tellable()]
    if unknown or not slugs:
        what = f"{unknown[0]!r}" if unknown else "none"
        why = " (it needs a server)" if unknown and unknown[0] in SCENES else ""
        raise BadValue(f"Expected lessons that need no server; got {what}{why}. They are: {', '.join(tellable())}.")
    assets = Assets(shipped("static"))
    shell = one_page(assets, environment(assets), tells_lessons=True)
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
        lesson = alone(told[slug])
        records, steps = _recorded(trainer, scene, lesson["steps"])
        story.append({**lesson, "steps": steps, "number": number, "from": len(recorded.records)})
        recorded.records += thinned(records, most)
    title = story[0]["title"] if len(story) == 1 else "Backpropagation through time"
    return exported(shell, f"Unroll: {title}", recorded, {"link": link, "story": story})


def _recorded(trainer: Trainer, scene: Scene, steps: list[dict[str, Any]]) -> tuple[list[Record], list[dict[str, Any]]]:
    """The run until every step that training brings about is done, and the steps that are."""
    watch = watched(scene)
    records: list[Record] = []
    waiting = [step for step in steps if not _holds(step["done"], None)]
    while not trainer.diverged and len(records) <= MOST_UPDATES and (waiting or len(records) <= UPDATES):
        record = _record(trainer, watch)
        if trainer.divergence is None:
            records.append(record)
            waiting = [step for step in waiting if not _holds(step["done"], record)]
        trainer.advance()
    return records, [step for step in steps if step not in waiting]


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
