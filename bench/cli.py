"""How long the program takes to answer `--help`, beside Python doing nothing in the same environment.

Best of 15 each, taken in turn. The aim is 200 ms where `python -c pass` takes 15: a ratio under 13.
Run: python bench/cli.py
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

PROGRAM = Path(sys.executable).with_name("answerprint")
TIMES = 15
AIM = 200 / 15
COMMANDS: dict[str, list[str]] = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "answerprint --help": [str(PROGRAM), "--help"],
    "answerprint make --help": [str(PROGRAM), "make", "--help"],
    "answerprint timecode": [str(PROGRAM), "timecode", "48", "--rate", "24"],
}


def main() -> None:
    taken: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(TIMES):
        for name, command in COMMANDS.items():
            begun = time.perf_counter()
            subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
            taken[name].append(time.perf_counter() - begun)
    nothing = min(taken["python -c pass"])
    for name, all_times in taken.items():
        best = min(all_times)
        print(f"{name:<26}{best * 1000:7.0f} ms   {best / nothing:5.1f} × python -c pass")
    ratio = min(taken["answerprint --help"]) / nothing
    print(f"--help: ratio {ratio:.1f}, aim under {AIM:.0f}: {'met' if ratio < AIM else 'MISSED'}")


if __name__ == "__main__":
    main()
