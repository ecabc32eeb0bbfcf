"""What happens when things go wrong, with real servers, a real nginx (Debian's) and real records, on loopback only.

    make bench-faults                                     # about ten minutes
    .venv/bin/python -m benchmarks.faults kill restart    # some of it
    .venv/bin/python -m benchmarks.faults --quick         # everything, with a tenth of the numbers

Every scenario is bounded in count and time, and stops by itself.
"""
