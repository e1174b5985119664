"""Makes the answer print of the demonstration: `make demo`. Leaves it in .demo/ and says where the report is.

One of the rushes is damaged on purpose and one line was never shot, so the program ends with exit code 3:
done, with findings that need a person. That is the demonstration's success.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
FILM = HERE.parent / ".demo" / "the-late-post"
PROGRAM = Path(sys.executable).with_name("answerprint")
NEEDS_A_PERSON = 3


def main() -> int:
    began = time.monotonic()
    shutil.rmtree(FILM, ignore_errors=True)
    FILM.parent.mkdir(exist_ok=True)
    answerprint("new", FILM, "--name", "The Late Post", "--rate", "24", "--raster", "640x360", show=False)
    cards = [HERE / "rushes" / card for card in ("A001", "A002", "B001", "C001", "sound")]
    script = [HERE / "script" / "the-late-post.fountain", HERE / "rushes" / "script_log.csv"]
    answerprint("add", FILM, *cards, *script, show=False)
    ended = answerprint("make", FILM, show=True)
    if ended != NEEDS_A_PERSON:
        print(f"the demonstration ended with exit code {ended} where {NEEDS_A_PERSON} is expected")
        return 1
    summary = json.loads((FILM / "out/latest/summary.json").read_text("utf-8"))
    if not summary["slots"] or len(summary["missing"]) != 1:
        print("the demonstration's cut is not the one expected: see its report")
        return 1
    seconds = time.monotonic() - began
    print()
    print(f"The answer print of the demonstration was made in {seconds:.0f} s.")
    print(f"  film    {FILM / 'out/latest/rough-cut.mp4'}")
    print(f"  report  {FILM / 'out/latest/report.html'}")
    print(f"Try next: {PROGRAM} review {FILM}")
    return 0


def answerprint(*arguments: str | Path, show: bool) -> int:
    """Run the program as a user would; its output is shown when it ends badly, or when asked for."""
    command = [str(PROGRAM), *(str(one) for one in arguments)]
    done = subprocess.run(command, check=False, capture_output=not show, text=True)
    if not show and done.returncode:
        print(done.stdout, done.stderr, sep="\n")
        raise SystemExit(f"{' '.join(command)} ended with exit code {done.returncode}")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
