"""A step whose source changed has had its version raised, and the change is recorded."""

from __future__ import annotations

import json
from pathlib import Path

from answerprint.engine.fingerprints import fingerprints, unraised

RECORD = Path(__file__).resolve().parent / "step_fingerprints.json"


def test_every_changed_step_has_a_raised_version() -> None:
    recorded, now = json.loads(RECORD.read_text("utf-8")), fingerprints()
    assert unraised(recorded, now) == [], "raise these versions: earlier results would be taken for theirs"
    assert recorded == now, "record it: python -m answerprint.engine.fingerprints --write"
