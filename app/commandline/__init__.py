"""What is typed in a terminal: `unroll` with its options serves the page, its subcommands do one thing and end.

A subcommand is one file here with `main(arguments, program)`, and its entry in `SUBCOMMANDS` of `__main__`.
"""

from .options import listen, program, settings_from

__all__ = ["listen", "program", "settings_from"]
