"""The page's modules as few scripts: they do what the modules do, each of which is made once."""

import json
import subprocess

from app.web.assets import Assets, shipped
from app.web.onepage import ENTRY
from app.web.together import FIRST_SCRIPT, REGISTRY, Modules, page_files, together
from tests.support.lesson_pages import NODE

MODULES = {
    "js/main.js": """import { say } from "./lib/said.js";
say("main runs");
const { page } = await import("./page.js");
page();
""",
    "js/lib/said.js": """const said = [];
export function say(what) {
  said.push(what);
  console.log(`${said.length} ${what}`);
}
""",
    "js/lib/beside.js": """import { say } from "./said.js";
say("beside runs");
export const address = new URL("../../css/a.css", import.meta.url).href;
""",
    "js/page.js": """import { say } from "./lib/said.js";
import { address } from "./lib/beside.js";
export async function page() {
  say(address.slice(-12));
  for (const view of [await import("./views/one.js"), await import("./views/two.js")]) say(view.name());
}
""",
    "js/views/shared.js": """import { say } from "../lib/said.js";
say("shared runs");
export const shared = /** @type {import("../away.js").Text} */ ("a view");
""",
    "js/views/one.js": """import { shared } from "./shared.js";
export const name = () => `${shared}: one`;
""",
    "js/views/two.js": """import { shared } from "./shared.js";
export const name = () => `${shared}: two`;
""",
}


def test_scripts_that_bring_modules_together_do_what_the_modules_do_and_make_each_once(tmp_path):
    (tmp_path / "package.json").write_text(json.dumps({"type": "module"}))
    for name, script in together(MODULES, "js/main.js").items():
        path = tmp_path / "static" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(script)
    main = tmp_path / "static" / "together/js/main.js"
    done = subprocess.run([NODE, main], capture_output=True, text=True, check=True, timeout=60)
    said = ["main runs", "beside runs", "static/css/a.css"[-12:], "shared runs", "a view: one", "a view: two"]
    assert done.stdout.splitlines() == [f"{place} {what}" for place, what in enumerate(said, 1)]


def test_a_script_brings_what_has_not_surely_come_before_it():
    scripts = together(MODULES, "js/main.js")
    brought = {name: {module for module in MODULES if f'"{module}"() {{' in script} for name, script in scripts.items()}
    shared = "js/views/shared.js"
    assert brought == {
        REGISTRY: set(),
        "together/js/main.js": {"js/lib/said.js"},
        "together/js/page.js": {"js/page.js", "js/lib/beside.js"},
        "together/js/views/one.js": {"js/views/one.js", shared},
        "together/js/views/two.js": {"js/views/two.js", shared},
    }


def test_what_is_asked_for_on_two_ways_counts_on_nothing_that_only_one_of_them_brings():
    sources = {
        "js/main.js": 'await import("./early.js");\nawait import("./page.js");',
        "js/early.js": 'import { b } from "./b.js";\nexport const early = () => import("./late.js");',
        "js/page.js": 'import { a } from "./a.js";\nexport const page = () => import("./late.js");',
        "js/late.js": 'import { a } from "./a.js";\nimport { b } from "./b.js";\nexport const late = a + b;',
        "js/a.js": "export const a = 1;",
        "js/b.js": "export const b = 2;",
    }
    assert Modules(sources).there_before("js/main.js")["js/late.js"] == {"js/main.js"}


PARSE = """
const { readFileSync } = require("node:fs");
const { SourceTextModule } = require("node:vm");
for (const path of process.argv.slice(1)) new SourceTextModule(readFileSync(path, "utf8"));
"""


def test_every_script_of_the_page_can_be_read_and_the_first_picture_waits_for_two(tmp_path):
    assets = Assets(shipped("static"))
    before = assets.version
    files = page_files(assets)
    assets.add(files)
    assert assets.version != before, "what is made of the files is kept under addresses of its own"
    scripts = {name: text for name, text in files.items() if name.endswith(".js")}
    assert {REGISTRY, FIRST_SCRIPT, "together/js/page.js"} <= set(scripts)
    every = [tmp_path / f"{place}.mjs" for place, _ in enumerate(scripts)]
    for path, text in zip(every, scripts.values(), strict=True):
        path.write_text(text)
        assert "import.meta" not in text or text == scripts[REGISTRY]
    subprocess.run([NODE, "--experimental-vm-modules", "--no-warnings", "-e", PARSE, *every], check=True, timeout=60)
    assert scripts[FIRST_SCRIPT].count("\nimport ") == 0, f"{ENTRY} needs no other script before it runs"
