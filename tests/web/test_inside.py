"""Modules that stand in a page: what is read of them is what was written, and the page's policy lets them in alone."""

import re

import pytest

from app.web.assets import Assets
from app.web.inside import digest, inside
from tests.support import served_page

SOURCE = "const half = '50 %';\n\tconst tag = \"</script><!-- é 50%25 \\n\" + `#${half}?`;\n// end\r\n"


def page_of(folder, source: str) -> tuple[str, str]:
    """A page in which one module stands, and what its policy names."""
    (folder / "js").mkdir(exist_ok=True)
    (folder / "js" / "main.js").write_text(source)
    made = inside(Assets(folder), "js/main.js", ["js/main.js"])
    return f'<script type="importmap">{made.import_map}</script>', made.sources("another();")


def test_a_module_in_a_page_is_read_as_it_was_sent_under_its_name(tmp_path):
    page, _ = page_of(tmp_path, SOURCE)
    sent = Assets(tmp_path).files["js/main.js"].content.decode()
    assert served_page.inside(page) == {"js/main.js": f"{sent.rstrip()}\n//# sourceURL=js/main.js"}


@pytest.mark.parametrize("left_out_of_addresses", ["\n", "\t", "\r", "#"])
def test_no_sign_is_in_an_address_that_means_something_there(tmp_path, left_out_of_addresses):
    page, _ = page_of(tmp_path, SOURCE)
    assert left_out_of_addresses not in served_page.import_map(page)["js/main.js"]


def test_no_text_of_a_module_ends_the_script_in_which_it_stands(tmp_path):
    page, _ = page_of(tmp_path, SOURCE)
    assert page.count("</script") == 1
    assert "<!--" not in page


def test_the_policy_names_the_scripts_of_the_page_by_what_they_are(tmp_path):
    page, sources = page_of(tmp_path, SOURCE)
    script = re.search(r">(.*)</script>", page, re.DOTALL)[1]
    assert digest(script) in sources
    assert digest("another();") in sources
    assert sources.endswith(" 'strict-dynamic'")
    changed, other = page_of(tmp_path, SOURCE.replace("half", "hALF"))
    assert changed != page
    assert digest(script) not in other
