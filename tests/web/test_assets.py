import re

from app.web.assets import PLOTLY, Assets, resolved, shipped


def site(folder, **files):
    for name, content in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_suffix(".js").write_text(content)
    return Assets(folder)


def test_every_address_changes_with_any_file(tmp_path):
    before = site(tmp_path, js__main="1", js__other="2").address("js/main.js")
    assert site(tmp_path, js__main="1", js__other="3").address("js/main.js") != before


def test_a_file_is_found_under_its_address_and_no_other(tmp_path):
    assets = site(tmp_path, js__main="1")
    assert assets.find(assets.version, "js/main.js").content == b"1"
    assert assets.find("another", "js/main.js") is None
    assert assets.find(assets.version, "../settings.py") is None


def test_modules_are_sent_without_their_comments_and_every_line_keeps_its_number(tmp_path):
    function = "export const f = (a) => /** @type {any} */ (a);"
    words = site(tmp_path, js__words="f(/** @type {number} of rows */ n, /** @type {any} */ (m));").files["js/words.js"]
    assert words.content.decode() == "f(/** @type {number} of rows */ n, (m));"
    source = f'/** Two\n * lines. */\n\n/** @param {{number}} a */\n{function}\n  // why\n  f("/* no */ // no");\n'
    content = site(tmp_path, js__main=source).files["js/main.js"].content.decode()
    assert content == '\n\n\n\nexport const f = (a) => (a);\n\n  f("/* no */ // no");\n'


def test_styles_are_sent_without_their_comments_and_every_line_keeps_its_number(tmp_path):
    (tmp_path / "a.css").write_text("/* Two\n lines. */\n.a {\n  color: red; /* why */\n}\n")
    assert Assets(tmp_path).files["a.css"].content.decode() == "\n\n.a {\ncolor: red; \n}\n"


def test_the_modules_are_those_the_entry_imports_before_it_can_run(tmp_path):
    assets = site(
        tmp_path,
        js__main='import { a } from "./a.js";\nimport "./charts/b.js";\nimport(\n  "./lazy.js"\n);',
        js__a="export const a = 1;",
        js__charts__b='export { a } from "../a.js";\nimport {\n  c,\n} from "./c.js";',
        js__charts__c="",
        js__lazy="",
    )
    assert assets.needed("js/main.js") == ["js/main.js", "js/a.js", "js/charts/b.js", "js/charts/c.js"]


def test_modules_are_sent_with_the_names_of_those_they_import(tmp_path):
    """A page's import map knows modules by name; one that stands in the page has no address to start from."""
    source = (
        'import { a } from "./a.js";\nimport {\n  b,\n} from "../b.js";\nimport "./c.js";\n'
        'void import("../d.js");\nvoid import(\n  "./e.js"\n);\n'
    )
    sent = site(tmp_path, js__charts__main=source).files["js/charts/main.js"].content.decode()
    assert sent == (
        'import { a } from "js/charts/a.js";\nimport {\n  b,\n} from "js/b.js";\nimport "js/charts/c.js";\n'
        'void import("js/d.js");\nvoid import(\n  "js/charts/e.js"\n);\n'
    )


def test_every_import_of_every_module_names_one_that_is_there():
    assets = Assets(shipped("static"))
    modules = {name: file.content.decode() for name, file in assets.files.items() if name.endswith(".js")}
    del modules[PLOTLY]
    named = [target for text in modules.values() for target in re.findall(r'"(js/[^"]+\.js)"', text)]
    assert len(named) > 1000
    assert set(named) <= set(modules)
    assert not [name for name, text in modules.items() if re.search(r'(?:from|import)[ (]*"\.', text)]


def test_relative_imports_are_resolved_like_addresses():
    assert resolved("js/charts/loss.js", "../store.js") == "js/store.js"
    assert resolved("js/charts/loss.js", "./plot.js") == "js/charts/plot.js"
