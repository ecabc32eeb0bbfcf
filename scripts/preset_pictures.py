"""Computes what the small pictures of the examples are drawn from: the first record of each one's network.

python -m scripts.preset_pictures
"""

import json

from tests.support.presets import PICTURES, PRESETS, river


def main() -> None:
    pictures = {name: river(name) for name, preset in PRESETS.items() if preset["card"]}
    lines = [f'  "{name}": {json.dumps(values)}' for name, values in pictures.items()]
    PICTURES.write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
