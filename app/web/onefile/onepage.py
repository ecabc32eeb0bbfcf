"""The page as one file that plays a recording: its modules, styles and charts inside, and nothing fetched.

It has places for what is recorded, which the page that exports it fills in: `MARKS`. What is binary stands in it as
text, 13 bits in two of 91 characters: 23 % more than the bytes themselves, where base64 has 33 %.
"""

import base64
import gzip
import hashlib

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
ALPHABET = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in '"<\\')
BITS = 13
PAIRS = [first + second for first in ALPHABET for second in ALPHABET][: 2**BITS]


def as_text(content: bytes) -> str:
    """Bytes as characters of ALPHABET; `fromText` of static/js/wire/text.js reads them, given how many they are."""
    # 13 bytes are 8 groups of 13 bits, the lowest first; zeros fill the last ones.
    blocks = (int.from_bytes(content[start : start + BITS], "little") for start in range(0, len(content), BITS))
    text = "".join([PAIRS[block >> shift & 0x1FFF] for block in blocks for shift in range(0, 8 * BITS, BITS)])
    return text[: 2 * -(-8 * len(content) // BITS)]


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
