"""`unroll export-lesson LESSON… --out FILE`: lessons as one HTML file that needs no server."""

import argparse
import contextlib
import errno
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from ..errors import UnrollError, shown
from ..web.onefile.lesson_page import lesson_page
from ..web.onefile.without_server import tellable
from .options import refuse
from .saying import say

# Nothing may stand beside the file, or take its place: a folder of others, a file that is mounted alone.
IN_PLACE = (errno.EACCES, errno.EPERM, errno.EBUSY)


def main(arguments: Sequence[str], program: str = "unroll") -> int:
    """0, or 2 with a sentence where it cannot be made."""
    chosen = parser(program).parse_args(arguments)
    if chosen.link and not chosen.link.startswith(("http://", "https://")):
        refuse(
            f"--link is {shown(chosen.link)}, but it must begin with https:// or http://", f"{program} export-lesson"
        )
    try:
        page = lesson_page(chosen.lessons or tellable(), chosen.link)
        write(chosen.out, page)
    except OSError as error:
        print(f"{program} export-lesson: {chosen.out} cannot be written: {error.strerror}.", file=sys.stderr)
        return 2
    except UnrollError as error:
        print(f"{program} export-lesson: {error}", file=sys.stderr)
        return 2
    say(f"{chosen.out}: {len(page.encode()) / 1e6:.1f} MB")
    return 0


def write(path: Path, page: str) -> None:
    """The whole page or nothing: half a page on a full disk would take the place of one that was whole."""
    if path.exists() and not path.is_file():  # a device, a pipe
        path.write_text(page, "utf-8")
        return
    whole = path.resolve()
    beside = whole.with_name(f".{whole.name}.{os.getpid()}")
    try:
        beside.write_text(page, "utf-8")
        if whole.exists():
            shutil.copymode(whole, beside)
        beside.replace(whole)
    except OSError as error:
        if error.errno not in IN_PLACE:
            raise
        whole.write_text(page, "utf-8")
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)


def parser(program: str) -> argparse.ArgumentParser:
    """`unroll export-lesson --help`."""
    made = argparse.ArgumentParser(
        prog=f"{program} export-lesson",
        description="Write lessons with their recorded runs as one HTML file that needs no server.",
        epilog=f"Lessons that need no server: {', '.join(tellable())}.",
    )
    made.add_argument(
        "lessons", metavar="LESSON", nargs="*", help="in the order of the page; by default all that need no server"
    )
    made.add_argument("--out", type=Path, required=True, help="the file to write")
    made.add_argument("--link", default="", help="where Unroll runs with a server, offered on the page")
    return made
