"""Continuity on made-up cuts with one error each, and on clean ones, beside plain measures of the picture.

Run: python bench/continuity.py [--clean 220] [--each 30] [--workers 2] [--keep FILE]
Needs `answerprint models fetch mediapipe-faces` (and rapidocr-ppocrv6). Rooms, people, framings, light and
errors are drawn anew from seeds that training/continuity/fit.py never saw. Peers say something of a cut where
their score passes what the same share of clean cuts passes: OpenCV's compareHist, and PySceneDetect's content
score (.venv-bench with scenedetect and opencv-python-headless), of the two pictures that are compared.
"""

from __future__ import annotations

import argparse
import json
import pickle
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "training" / "continuity"))

from measures import ERRORS, Told, cases, told  # noqa: E402

from answerprint.departments.editorial.continuity import judge  # noqa: E402
from answerprint.departments.editorial.continuity_calibration import curves  # noqa: E402

FIRST_SEED = 1
PRIOR = 0.05  # of one kind of error, as the fit supposes it
PEERS = ROOT / ".venv-bench" / "bin" / "python"
LIGHT = {"light", "exposure", "colour"}
CONTENT = """
import sys
import numpy as np
from scenedetect import FrameTimecode, StatsManager
from scenedetect.detectors import ContentDetector
pairs = np.load(sys.argv[1])
scores = []
for pair in pairs:
    detector = ContentDetector()
    detector.stats_manager = StatsManager()
    for k, picture in enumerate(pair):
        at = FrameTimecode(k, 25.0)
        detector.process_frame(at, np.ascontiguousarray(picture[..., ::-1]))
    scores.append(detector.stats_manager.get_metrics(at, ["content_val"])[0])
print(" ".join(map(str, scores)))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clean", type=int, default=220)
    parser.add_argument("--each", type=int, default=30)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    began = time.time()
    if asked.keep and asked.keep.exists():
        cuts: list[Told] = pickle.loads(asked.keep.read_bytes())
    else:
        cuts = told(cases(FIRST_SEED, asked.clean, asked.each), asked.workers, blind=True)
        if asked.keep:
            asked.keep.write_bytes(pickle.dumps(cuts))
    result = measured(cuts)
    if asked.json:
        print(json.dumps(result, indent=1))
    else:
        show(result)
        print(f"{len(cuts)} cuts in {time.time() - began:.0f} s")


def measured(cuts: Sequence[Told]) -> dict[str, object]:
    said = [{one.measured.kind for one in judge(cut.measured)} for cut in cuts]
    clean = [k for k, cut in enumerate(cuts) if not cut.error]
    accused = sum(bool(said[k]) for k in clean) / len(clean)
    pairs = np.stack([np.stack([cut.small[0], cut.small[-1]]) for cut in cuts])
    peers: dict[str, NDArray[np.float64] | None] = {
        "compareHist": np.array([histogram_distance(*pair) for pair in pairs]),
        "content score": content_scores(pairs),
    }
    rows = []
    for error in ERRORS:
        own = [k for k, cut in enumerate(cuts) if cut.error == error]
        kin = LIGHT if error in LIGHT else {error}
        returned = [k for k in own if cuts[k].again]
        row: dict[str, object] = {
            "error": error,
            "cuts": len(own),
            "found": share(own, lambda k, kind=error: kind in said[k]),
            "as kin": share(own, lambda k, kind=kin: bool(kind & said[k])),
            "at all": share(own, lambda k: bool(said[k])),
            "returns": len(returned),
            "found on returns": share(returned, lambda k, kind=error: kind in said[k]),
        }
        for name, scores in peers.items():
            if scores is not None:
                level = np.quantile(scores[clean], 1 - accused)
                row[name] = share(own, lambda k, values=scores, least=level: bool(values[k] > least))
        rows.append(row)
    whole: dict[str, object] = {"error": "all", "cuts": sum(bool(cut.error) for cut in cuts)}
    for name in ("found", "as kin", "at all"):
        counted = [(float(str(row[name])), int(str(row["cuts"]))) for row in rows]
        whole[name] = round(
            sum(part * count for part, count in counted) / sum(count for _, count in counted), 3
        )
    rows.append(whole)
    by_kind = {
        kind: sum(kind in said[k] for k in clean) for kind in sorted({one for k in clean for one in said[k]})
    }
    blind = [{one.measured.kind for one in judge(cut.blind)} for cut in cuts]
    return {
        "clean": len(clean),
        "false alarms per 20 clean cuts": round(20 * accused, 2),
        "clean cuts accused, by kind": by_kind,
        "recall": rows,
        "false alarms per 20 clean cuts, without faces": round(
            20 * sum(bool(blind[k]) for k in clean) / len(clean), 2
        ),
        "calibration": calibration(cuts),
    }


def share(places: Sequence[int], found: Callable[[int], bool]) -> float:
    return round(sum(map(found, places)) / len(places), 3) if places else float("nan")


def calibration(cuts: Sequence[Told]) -> list[dict[str, object]]:
    """Of all measures, each weighted so that one cut in 1 / PRIOR has its error: what was promised, and what
    was so."""
    known = curves()
    promised: list[tuple[float, float, bool]] = []
    clean = sum(not cut.error for cut in cuts)
    for kind in ERRORS:
        wrong = sum(cut.error == kind for cut in cuts)
        for cut in cuts:
            own = [known[kind].confidence(one.features) for one in cut.measured if one.kind == kind]
            if not own or cut.error not in ("", kind):
                continue
            weight = PRIOR / wrong if cut.error else (1 - PRIOR) / clean
            promised.append((max(own), weight, bool(cut.error)))
    rows = []
    for low, high in ((0, 0.02), (0.02, 0.1), (0.1, 0.3), (0.3, 0.6), (0.6, 0.9), (0.9, 1.01)):
        inside = [one for one in promised if low <= one[0] < high]
        total = sum(weight for _, weight, _ in inside)
        if inside:
            rows.append(
                {
                    "from": low,
                    "to": min(high, 1),
                    "measures": len(inside),
                    "promised": round(sum(value * weight for value, weight, _ in inside) / total, 3),
                    "so": round(sum(weight for _, weight, error in inside if error) / total, 3),
                }
            )
    return rows


def histogram_distance(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """Bhattacharyya distance of hue–saturation–value histograms (cv2.compareHist)."""
    counted = []
    for picture in (one, other):
        hsv = cv2.cvtColor(picture, cv2.COLOR_RGB2HSV)
        counts = cv2.calcHist([hsv], [0, 1, 2], None, [16, 8, 8], [0, 180, 0, 256, 0, 256])
        counted.append(cv2.normalize(counts, None, 1.0, 0.0, cv2.NORM_L1))
    return float(cv2.compareHist(*counted, cv2.HISTCMP_BHATTACHARYYA))


def content_scores(pairs: NDArray[np.uint8]) -> NDArray[np.float64] | None:
    """PySceneDetect's content_val of every pair, or None where it is not there."""
    if not PEERS.exists():
        return None
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "pairs.npy"
        np.save(file, pairs)
        ran = subprocess.run([PEERS, "-c", CONTENT, file], capture_output=True, text=True, check=False)
    if ran.returncode:
        print(f"no content score: {ran.stderr.strip().splitlines()[-1]}", file=sys.stderr)
        return None
    return np.array([float(one) for one in ran.stdout.split()])


def show(result: dict[str, object]) -> None:
    rows = result["recall"]
    assert isinstance(rows, list)
    names = list(rows[0])
    print("  ".join(f"{name:>11}" for name in names))
    for row in rows:
        print("  ".join(f"{row.get(name, ''):>{max(11, len(name))}}" for name in names))
    for name, value in result.items():
        if name == "calibration":
            assert isinstance(value, list)
            for row in value:
                print("calibration:", ", ".join(f"{key} {one}" for key, one in row.items()))
        elif name != "recall":
            print(f"{name}: {value}")


if __name__ == "__main__":
    main()
