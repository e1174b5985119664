"""What the parent sees of a worker from outside, and how a worker learns that its parent is gone."""

from __future__ import annotations

import ctypes
import os
import platform
import signal
import subprocess
from pathlib import Path

LINUX = platform.system() == "Linux"
_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def processors() -> int:
    """Processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def physical_memory() -> int:
    """Bytes of memory the machine has."""
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def resident_memory(pid: int) -> int:
    """Bytes of memory a process has in RAM; 0 when it is gone."""
    if LINUX:
        try:
            pages = Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]
        except (FileNotFoundError, ProcessLookupError, IndexError):
            return 0
        return int(pages) * os.sysconf("SC_PAGE_SIZE")
    shown = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return int(shown.stdout.strip() or 0) * 1024  # ps prints kilobytes


def die_with_parent(parent: int) -> None:
    """Ask the kernel to kill this process when the thread that started it ends. Linux; elsewhere the
    worker's listening thread, which meets the end of its pipe, does the same a little later."""
    if LINUX:
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)
