"""Every sentence a reader sees stands in static/js/words: no script elsewhere gives the page a text of its own."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parent.parent / "static" / "js"
COMMENT = re.compile(r"/\*.*?\*/|(?<![:\"'`])//[^\n]*", re.DOTALL)
LITERAL = re.compile(r'"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`|\'(?:[^\'\\\n]|\\.)*\'')
FILLED_IN = re.compile(r"\$\{(?:[^{}]|\{[^{}]*\})*\}")
WORD = re.compile(r"[A-Za-zÀ-ÿ]{2,}")

# What is shown or read out: properties and attributes by their names, and the arguments of these functions.
SHOWN = r"textContent|innerText|title|placeholder|alt|label|text|aria(?:Label|ValueText|Description)"
ATTRIBUTES = r"title|placeholder|alt|aria-(?:label|valuetext|description|roledescription)"
GIVEN = (
    re.compile(rf"\.(?:{SHOWN})\s*=(?!=)\s*(?P<text>[^;]+);"),
    re.compile(rf"(?<![\w.?])(?:{SHOWN})\s*:\s*(?P<text>[^\n]+)"),
    re.compile(rf'"(?:{ATTRIBUTES})"\s*:\s*(?P<text>[^\n]+)'),
    re.compile(r'\bmath\(\s*"mtext",\s*(?P<text>[^\n]+)'),
    re.compile(rf'setAttribute\(\s*"(?:{ATTRIBUTES})",\s*(?P<text>[^\n]+)'),
)
# The first argument that is a text; in `createChoice` the first is its name, in `element` all but two are children.
ARGUMENTS = {
    "element": 2,
    "setText": 1,
    "setSentence": 1,
    "drawText": 2,
    "drawMath": 2,
    "createChoice": 0,
    "note": 1,
    "axisTitle": 1,
}
CALL = re.compile(rf"\b({'|'.join(ARGUMENTS)})\(")

# A text wherever it stands: two words after each other, a word beside what is filled in, or one that ends a sentence.
HOLE = "\N{BULLET}"
PROSE = re.compile(
    r"[A-Za-zÀ-ÿ]{2,}[,:;.]? +[A-Za-zÀ-ÿ]{2,}|\N{BULLET}[,:;.]? +[a-z]{2,}|[A-Za-z]{2,}[:,]? +\N{BULLET}"
    r"|^[A-Z][a-z]+[.!?…]$"
)
# What only programs read, by its form: markup, style, fonts, a cookie, several class names.
FORMS = re.compile(
    r"<\w|=\"|[\w-]+: [^;]+;|\d(?:px|dppx)|\N{BULLET}(?:px|dppx)|\bserif\b|\bpath=/|^[a-z]+-[a-z-]+(?: [a-z-]+)+$"
)
# The same by its place: class names, ids, selectors, media queries, marks in the browser's own timeline.
PLACES = re.compile(
    r"(?:\bclass:|\"aria-describedby\":|\bclassName =|\bquerySelector(?:All)?\(|\bclosest\(|\bmatches\(|\bmatchMedia\("
    r"|\bperformance\.mark\()[^;,()]*$"
)


def prose(source: str) -> Iterator[str]:
    """What reads like words to somebody, wherever it stands."""
    source = COMMENT.sub("", source)
    for match in LITERAL.finditer(source):
        plain = FILLED_IN.sub(HOLE, match.group()[1:-1])
        if PROSE.search(plain) and not FORMS.search(plain) and not PLACES.search(source[: match.start()][-200:]):
            yield match.group()


def arguments(source: str, at: int) -> list[str]:
    """The arguments of the call whose bracket was opened just before `at`."""
    found, begin, depth = [], at, 0
    while at < len(source):
        literal = LITERAL.match(source, at)
        if literal:
            at = literal.end()
            continue
        if source[at] in "([{":
            depth += 1
        elif source[at] in ")]}":
            if depth == 0:
                break
            depth -= 1
        elif source[at] == "," and depth == 0:
            found.append(source[begin:at])
            begin = at + 1
        at += 1
    return [*found, source[begin:at]]


def outermost(expression: str) -> Iterator[str]:
    """The literals that are the value of an expression or one of its cases, not what it looks up, compares or calls."""
    at, depth = 0, 0
    while at < len(expression):
        literal = LITERAL.match(expression, at)
        if literal:
            compared = re.search(r"[!=]==?\s*$", expression[:at]) or re.match(
                r"\s*[!=]==?", expression[literal.end() :]
            )
            if depth == 0 and not compared:
                yield literal.group()
            at = literal.end()
            continue
        if expression[at] in "([{":
            depth += 1
        elif expression[at] in ")]}":
            depth -= 1
        if depth < 0 or (depth == 0 and expression[at] in ",;"):
            return
        at += 1


def texts(source: str) -> Iterator[str]:
    """The words a script itself gives to the page."""
    source = COMMENT.sub("", source)
    given = [match["text"] for form in GIVEN for match in form.finditer(source)]
    for match in CALL.finditer(source):
        if source[: match.start()].endswith("function "):
            continue
        first = ARGUMENTS[match[1]]
        given += arguments(source, match.end())[first : None if match[1] == "element" else first + 1]
    for expression in given:
        for literal in outermost(expression):
            if WORD.search(FILLED_IN.sub("", literal)):
                yield literal


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('element("p", { class: "note" }, "Some words.")', ['"Some words."']),
        ('element("p", { class: "note", title: "A tooltip" })', ['"A tooltip"']),
        ('element("input", { "aria-label": "Parameter", class: "boxed" })', ['"Parameter"']),
        ('setText(node, all ? "every" : `${n} of them`);', ['"every"', "`${n} of them`"]),
        ('node.title = "Opens it";', ['"Opens it"']),
        ('node.setAttribute("aria-label", "Closes it");', ['"Closes it"']),
        ('drawText(ctx, U, "not clipped", x, y, { align: "right" });', ['"not clipped"']),
        ('math("mtext", "mean")', ['"mean"']),
        ('setText(node, words[kind === "norm" ? "norm" : "value"]); // "no text"', []),
        ('setText(node, say.loss("mean"));', []),
        ('element("div", { class: "bar", role: "group", "aria-label": say.NAME }, `${a} × ${b}`)', []),
        ('const names = ["title", "words"];', []),
        ('if (face === "answer") drawText(ctx, U, "h_t", x, y);', []),
    ],
)
def test_a_text_is_found_where_it_is_shown(source, found):
    assert sorted(set(texts(source))) == sorted(found)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("return `carried from ${a} to ${b}`;", True),
        ('throw new Error("this file is damaged");', True),
        ("lines.push(`${n} units`);", True),
        ("return `lag ${lag}`;", True),
        ('const REFUSED = "Sorry.";', True),
        ("const told = 'Some words.';", True),
        ("return `${a} = ${b}`;", False),
        ('element("p", { class: "quiet answered" });', False),
        ('element("p", { class: wrong ? "value wrong" : "value" });', False),
        ('node.querySelector("input, select");', False),
        ("return `${weight} ${size * U}px ${SANS}`;", False),
        ("const SERIF = '\"STIX Two Text\", STIX, serif';", False),
        ("return `<path${written({ d: path })}/>`;", False),
        ("const key = `band/${index}/${name}`; // of one band", False),
    ],
)
def test_a_text_is_found_wherever_it_stands(source, found):
    assert bool(list(prose(source))) == found


@pytest.mark.parametrize(
    "path",
    [path for path in sorted(SCRIPTS.rglob("*.js")) if path.relative_to(SCRIPTS).parts[0] != "words"],
    ids=lambda path: str(path.relative_to(SCRIPTS)),
)
def test_no_script_outside_words_has_a_text_of_its_own(path):
    source = path.read_text()
    own = sorted({*texts(source), *prose(source)})
    name = path.relative_to(SCRIPTS)
    assert not own, f"{name} shows {', '.join(own)}: give it a name in static/js/words and import it from there"
