"""Write tests/support/stored_runs.json: the losses and a summary of every tensor of a dozen small runs.

    python -m scripts.stored_runs

Run it only where a change of numbers is wanted, and say in the commit which numbers changed and why.
"""

import json

from tests.support.stored_runs import CONFIGS, FILE, play

if __name__ == "__main__":
    FILE.write_text(json.dumps({name: play(name) for name in CONFIGS}, indent=1) + "\n")
