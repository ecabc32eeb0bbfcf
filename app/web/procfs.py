"""What the system says of a process, where it says anything: Linux does."""

import os
from pathlib import Path


def resident_bytes(pid: int) -> int:
    """Memory of one process; 0 where the system does not tell or the process is gone."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def cpu_seconds(pid: int) -> float | None:
    """What a process has computed so far, in hundredths of seconds; None where the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
