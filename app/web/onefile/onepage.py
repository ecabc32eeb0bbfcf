"""The page as one file that plays a recording: its modules, styles and charts inside, and nothing fetched.

It has places for what is recorded, which the page that exports it fills in: `MARKS`. What is binary stands in it as
text, 13 bits in two of 91 characters: 23 % more than the bytes themselves, where base64 has 33 %.
"""

import base64
import gzip
import hashlib

import numpy as np
from jinja2 import Environment
from markupsafe import Markup

from ..assets import PLOTLY, Assets
from ..styles import styles
from .bundle import bundle

ENTRY = "js/main.js"
# What needs a server, or another page.
LEFT_OUT = {
    "js/lanes/compare.js",
    "js/lessons/class_question.js",
    "js/panels/check.js",
    "js/panels/divergence.js",
    "js/questions/ask.js",
    "js/run/keeper.js",
    "js/share/follow_page.js",
    "js/share/followed.js",
    "js/share/opening.js",
    "js/share/player.js",
    "js/share/start.js",
    "js/wire/ahead.js",
}
# What only a page of lessons needs, and styles of it.
LESSONS = "js/lessons/lessons.js"
OF_LESSONS = ("lesson", "lesson_under", "question", "terms", "rings")
# Styles that a module adds when it is first needed.
ON_REQUEST = ("views", "inspector", "slowmotion", "source", "essential", "names", "uses")
MARKS = {name: f"@@{name}@@" for name in ("title", "bootstrap", "first_record", "recorded")}
POLICY = (
    "default-src 'none'; script-src {script} blob:; style-src 'unsafe-inline'; img-src data: blob:; "
    "base-uri 'none'; form-action 'none'"
)
# Two of these are 13 bits; none of them means anything inside a script element.
ALPHABET = bytes(code for code in range(0x21, 0x7F) if chr(code) not in '"<\\')
BITS = 13


def as_text(content: bytes) -> str:
    """Bytes as characters of ALPHABET; `fromText` of static/js/wire/text.js reads them, given how many they are."""
    bits = np.unpackbits(np.frombuffer(content, np.uint8), bitorder="little")
    groups = np.pad(bits, (0, -len(bits) % BITS)).reshape(-1, BITS)
    numbers = groups @ (1 << np.arange(BITS))
    characters = np.frombuffer(ALPHABET, np.uint8)
    text: bytes = characters[np.stack(np.divmod(numbers, len(ALPHABET)), axis=1)].tobytes()
    return text.decode()


def one_page(assets: Assets, templates: Environment, *, tells_lessons: bool = False) -> str:
    """The page, with `MARKS` where what is recorded belongs."""
    left_out = LEFT_OUT if tells_lessons else LEFT_OUT | {LESSONS}
    late = ON_REQUEST + OF_LESSONS if tells_lessons else ON_REQUEST

    def text(name: str) -> str:
        return assets.files[name].content.decode()

    script = bundle({name: text(name) for name in assets.files if name.endswith(".js")}, ENTRY, left_out)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    charts = gzip.compress(assets.files[PLOTLY].content, mtime=0)
    page: str = templates.get_template("recorded.html").render(
        styles=styles(assets, late=late),
        icon="data:image/svg+xml;base64," + base64.b64encode(assets.files["icon.svg"].content).decode(),
        script=Markup(script),  # noqa: S704 (ours)
        policy=Markup(POLICY.format(script=f"'sha256-{digest}'")),  # noqa: S704 (ours)
        charts={"bytes": len(charts), "text": Markup(as_text(charts))},  # noqa: S704 (ours)
        marks=MARKS,
    )
    return page
