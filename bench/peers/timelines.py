"""What OpenTimelineIO's adapters keep of a timeline: written, read, counted. Run by bench/timelines.py.

python timelines.py FILE.otio FOLDER: one JSON document: format → feature → count, or the error.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import opentimelineio as otio

FORMATS = {"EDL": (".edl", "cmx_3600"), "FCP7 XML": (".xml", "fcp_xml"), "FCPXML": (".fcpxml", "fcpx_xml"),
           "AAF": (".aaf", "AAF")}  # fmt: skip


def counts(timeline: otio.schema.Timeline) -> dict[str, object]:
    clips = [one for one in timeline.find_clips()]
    start = timeline.global_start_time
    scalars = [e.time_scalar for c in clips for e in c.effects if isinstance(e, otio.schema.LinearTimeWarp)]
    transitions = [one for one in timeline.find_children(otio.schema.Transition)]
    tracks = list(timeline.tracks)
    return {
        "start_timecode": None if start is None else round(start.value),
        "clips": len(clips),
        "dissolve": sum(t.transition_type == "SMPTE_Dissolve" for t in transitions),
        "wipe": sum(t.transition_type != "SMPTE_Dissolve" for t in transitions),
        "speed": sum(s > 0 and s != 1 for s in scalars),
        "reverse": sum(s < 0 for s in scalars),
        "freeze": sum(s == 0 for s in scalars),
        "markers": len(timeline.tracks.markers) + sum(len(t.markers) for t in tracks),
        "clip_markers": sum(len(c.markers) for c in clips),
        "audio_tracks": sum(t.kind == "Audio" and len(t.find_clips()) > 0 for t in tracks),
        "video_tracks": sum(t.kind == "Video" and len(t.find_clips()) > 0 for t in tracks),
        "disabled": sum(not c.enabled for c in clips),
        "nested": sum(isinstance(i, (otio.schema.Stack, otio.schema.Timeline)) for t in tracks for i in t),
        "cdl": sum("cdl" in c.metadata or "cdl" in c.metadata.get("cmx_3600", {}) for c in clips),
        "names": sorted({c.name for c in clips}),
    }


def main() -> None:
    source, folder = Path(sys.argv[1]), Path(sys.argv[2])
    told: dict[str, object] = {"OTIO": counts(otio.adapters.read_from_file(str(source)))}
    for name, (suffix, adapter) in FORMATS.items():
        out = folder / f"peer{suffix}"
        try:
            timeline = otio.adapters.read_from_file(str(source))
            otio.adapters.write_to_file(timeline, str(out), adapter)
            again = otio.adapters.read_from_file(str(out), adapter)
            if not isinstance(again, otio.schema.Timeline):
                again = next(iter(again.find_children(otio.schema.Timeline)), None) or again[0]
            told[name] = counts(again)
        except BaseException as error:  # noqa: BLE001  # a peer may fail in any way; how is the result
            told[name] = f"{type(error).__name__}: {str(error)[:120]}"
    print(json.dumps(told))


if __name__ == "__main__":
    main()
