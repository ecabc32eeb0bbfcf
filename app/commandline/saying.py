"""What a subcommand says on standard output, and that nobody took it."""


class UnsaidError(Exception):
    """Standard output cannot be written; the cause says why."""


def say(line: str) -> None:
    """One line. What a terminal would obey, or take for another line, is written out: files and their names may come
    from anybody.
    """
    plain = (sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in line)
    _write("".join(plain) + "\n")


def finish() -> None:
    """Write what others have only printed, such as argparse its help."""
    _write("")


def _write(text: str) -> None:
    try:
        print(text, end="", flush=True)
    except OSError as error:
        raise UnsaidError from error
