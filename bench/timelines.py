"""What each timeline format keeps of a cut with everything in it, beside OpenTimelineIO's adapters.

Every cell: the cut written, read again, and counted by what is plainly there (this file), beside what the
program reported of it (comparing.py). A count that changed without a report would be a silent loss.
Run: python bench/timelines.py [--random N]   (N cuts made up, through every format; 500)
Peers: opentimelineio with its cmx_3600, fcp_xml, fcpx_xml and AAF adapters, in .venv-bench.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "formats"))

from rich_cuts import rich_cut  # noqa: E402  (what the tests are made of)

from answerprint.core.cut import Clip, Cut, CutTrack  # noqa: E402
from answerprint.core.errors import FormatError  # noqa: E402
from answerprint.core.time import Range, Time  # noqa: E402
from answerprint.formats.timelines.comparing import compare, media_name  # noqa: E402
from answerprint.formats.timelines.files import FORMATS, TimelineFormat, reread  # noqa: E402
from answerprint.formats.timelines.model import MediaLink, TimelineFile, record_frames  # noqa: E402

PEERS = ROOT / ".venv-bench"
RATES = {"23.976": Fraction(24000, 1001), "25": Fraction(25), "29.97 DF": Fraction(30000, 1001),
         "59.94": Fraction(60000, 1001)}  # fmt: skip
ROWS = {  # what is counted, and the words under which its loss is reported
    "rate": ("rate",),
    "start_timecode": ("start_timecode", "drop_frame"),
    "clips": ("clips", "video_tracks", "audio_tracks", "disabled", "nested"),
    "record": ("record_range", "clips", "video_tracks", "audio_tracks", "disabled", "nested"),
    "source": ("source_range", "media", "clips", "video_tracks", "audio_tracks", "disabled", "nested"),
    "gaps": ("clips", "video_tracks", "audio_tracks", "disabled", "nested", "record_range"),
    "handles": ("handles", "media_timecode", "media", "clips", "video_tracks", "audio_tracks", "disabled"),
    "dissolve": ("dissolve", "clips"),
    "wipe": ("wipe", "clips"),
    "fade": ("fade", "clips"),
    "speed": ("speed",),
    "reverse": ("reverse",),
    "freeze": ("freeze",),
    "markers": ("markers",),
    "clip_markers": ("clip_markers", "clips"),
    "video_tracks": ("video_tracks",),
    "audio_tracks": ("audio_tracks",),
    "channels": ("channels", "audio_tracks"),
    "links": ("links",),
    "nested": ("nested", "clips"),
    "disabled": ("disabled",),
    "cdl": ("cdl",),
    "gain": ("gain", "audio_tracks"),
    "names": ("name", "clips", "video_tracks", "audio_tracks", "disabled"),
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--random", type=int, default=500)
    asked = parser.parse_args()
    print("A cut with everything in it, written and read again. = exact, ~ kept in part and reported, - lost")
    print("and reported, ! lost without a word. A row is the worst of 23.976, 25, 29.97 DF and 59.94.\n")
    formats = [one for one in FORMATS if one.reads]
    peers = peer_counts()
    heads = [one.name for one in formats] + [f"otio {name}" for name in peers if name != "OTIO"]
    print(f"{'':16}" + "".join(f"{head:>14}" for head in heads))
    cells = {one.name: [judged(one, rate) for rate in RATES.values()] for one in formats}
    for row in ROWS:
        line = "".join(f"{worst(cells[one.name], row):>14}" for one in formats)
        line += "".join(f"{peer_cell(peers, name, row):>14}" for name in peers if name != "OTIO")
        print(f"{row:16}{line}")
    for name, told in peers.items():
        if isinstance(told, str):
            print(f"otio {name}: {told}")
    print()
    random_cuts(formats, asked.random)
    long_timelines(formats)


# --- ours --------------------------------------------------------------------------------------------------


def judged(chosen: TimelineFormat, rate: Fraction) -> dict[str, str]:
    cut, media = rich_cut(rate)
    before = TimelineFile(cut=cut, media=media)
    after = reread(chosen.write(cut, media), chosen, rate, chosen.name)
    reported: dict[str, str] = {}
    for loss in compare(before, after):
        if reported.get(loss.feature) != "lost":
            reported[loss.feature] = loss.kind
    mine, theirs = counted(before), counted(after)
    cells = {}
    for row in ROWS:
        words = words_for(chosen, row)
        if mine[row] == theirs[row]:
            cells[row] = "="
        else:
            kinds = {reported[word] for word in words if word in reported}
            cells[row] = "!" if not kinds else "-" if "lost" in kinds else "~"
    return cells


def words_for(chosen: TimelineFormat, row: str) -> tuple[str, ...]:
    """An ALE lists clips and no timeline: it comes back laid end to end, and a clip that is told to be gone
    is told once, with all it had. Of every other format a feature has to be told by its own name."""
    return (*ROWS[row], "clips", "record_range") if chosen.name == "ALE" else ROWS[row]


def worst(cells: list[dict[str, str]], row: str) -> str:
    return max((one[row] for one in cells), key="=~-!".index)


def counted(file: TimelineFile) -> dict[str, object]:
    """What is plainly there, without the help of what compares timelines."""
    cut = file.cut
    clips = [clip for track in cut.tracks for clip in track.clips]
    pairs = [(track, clip) for track in cut.tracks for clip in track.clips]
    groups = Counter(clip.link for clip in clips if clip.link is not None)
    return {
        "rate": cut.rate,
        "start_timecode": (cut.timecode(0), cut.drop),
        "clips": len(clips),
        "record": sorted(record_frames(clip, cut.rate) for clip in clips),
        "source": sorted(round(float(source_timecode(clip, file.media)), 3) for clip in clips),
        "gaps": sum(gaps(track, cut.rate) for track in cut.tracks),
        "handles": sorted({(m.name, m.start_frame, m.frames) for m in used(file)}),
        "dissolve": sorted((c.transition.frames, c.transition.before) for c in clips if way(c, "dissolve")),
        "wipe": sorted((c.transition.frames, c.transition.before) for c in clips if way(c, "wipe")),
        "fade": sorted(c.fade_out.frames for c in clips if c.fade_out is not None),
        "speed": sorted(c.speed for c in clips if c.speed > 0 and c.speed != 1),
        "reverse": sorted(c.speed for c in clips if c.speed < 0),
        "freeze": sum(c.speed == 0 for c in clips),
        "markers": sorted((m.range.start.frame(cut.rate), said(m.name, m.comment)) for m in cut.markers),
        "clip_markers": sorted(m.range.start.seconds for c in clips for m in c.markers),
        "video_tracks": sum(t.kind == "video" and bool(t.clips) for t in cut.tracks),
        "audio_tracks": sum(t.kind == "audio" and bool(t.clips) for t in cut.tracks),
        "channels": sorted(c.channels for t, c in pairs if t.kind == "audio"),
        "links": sorted(count for count in groups.values() if count > 1),
        "nested": sum(c.nested is not None for c in clips),
        "disabled": sum(c.muted for c in clips),
        "cdl": sum(c.cdl is not None for c in clips),
        "gain": sorted(round(c.gain_db, 1) for c in clips if c.gain_db),
        "names": sorted(c.name or media_name(file.media.get(c.asset), c.asset) for c in clips),
    }


def said(*parts: str) -> str:
    """A note's words, however a format joins them."""
    return " ".join(" ".join(parts).replace(":", " ").split())


def way(clip: Clip, kind: str) -> bool:
    return clip.transition is not None and clip.transition.kind == kind


def source_timecode(clip: Clip, media: Mapping[str, MediaLink]) -> Fraction:
    link = media.get(clip.asset)
    if link is None:
        return clip.source.start.seconds
    return link.start_frame / link.rate + clip.source.start.seconds - link.first.seconds


def used(file: TimelineFile) -> list[MediaLink]:
    there = {clip.asset for track in file.cut.tracks for clip in track.clips}
    return [link for asset, link in file.media.items() if asset in there]


def gaps(track: CutTrack, rate: Fraction) -> int:
    at = count = 0
    for clip in track.clips:
        start, end = record_frames(clip, rate)
        count += start > at
        at = end
    return count


# --- the peers ---------------------------------------------------------------------------------------------


def peer_counts() -> dict[str, dict[str, object] | str]:
    """What OTIO's adapters keep of the same cut, given to them as .otio; empty where they are not here."""
    python = PEERS / "bin" / "python"
    script = ROOT / "bench" / "peers" / "timelines.py"
    if not python.exists() or subprocess.run([python, "-c", "import opentimelineio"], check=False).returncode:
        print("(no peers: pip install opentimelineio and its adapters into .venv-bench)\n")
        return {}
    cut, media = rich_cut(RATES["23.976"])
    otio = next(one for one in FORMATS if one.name == "OTIO")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "rich.otio"
        source.write_bytes(otio.write(cut, media))
        done = subprocess.run([python, script, source, folder], capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"(the peers failed: {done.stderr.strip()[-200:]})\n")
            return {}
        found: dict[str, dict[str, object] | str] = json.loads(done.stdout.splitlines()[-1])
        return found


def peer_cell(peers: dict[str, dict[str, object] | str], name: str, row: str) -> str:
    told, whole = peers[name], peers["OTIO"]
    if isinstance(told, str) or isinstance(whole, str):
        return "fails"
    if row not in told:
        return ""
    return "=" if told[row] == whole[row] else "!"


# --- many, and long ----------------------------------------------------------------------------------------


def random_cuts(formats: list[TimelineFormat], count: int) -> None:
    """Made-up cuts at every rate: how many clips are off after a way there and back."""
    print(f"{count} made-up cuts (every rate, mixed rates, variable rates, odd names), there and back:")
    print(f"{'':16}{'refused':>10}{'record off':>12}{'source off':>12}{'unreported':>12}")
    for chosen in formats:
        tally = tallied(chosen, count)
        off = "".join(f"{tally[one]:>12}" for one in ("record off", "source off", "unreported"))
        print(f"{chosen.name:16}{tally['refused']:>10}{off}")
    print()


def tallied(chosen: TimelineFormat, count: int) -> Counter[str]:
    from hypothesis import HealthCheck, Phase, given, settings
    from made_up_cuts import cuts

    tally: Counter[str] = Counter()

    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(cuts())
    def there_and_back(made: tuple[Cut, dict[str, MediaLink]]) -> None:
        cut, media = made
        try:
            after = reread(chosen.write(cut, media), chosen, cut.rate, chosen.name)
        except FormatError:
            tally["refused"] += 1
            return
        before = TimelineFile(cut=cut, media=media)
        losses = compare(before, after)
        varies = any(link.frame_times for link in media.values())
        tally["record off"] += sum(one.feature == "record_range" for one in losses)
        tally["source off" if not varies else "of variable rate"] += sum(
            one.feature == "source_range" for one in losses
        )
        mine, theirs = counted(before), counted(after)
        words = {one.feature for one in losses}
        tally["unreported"] += sum(
            mine[row] != theirs[row] and not words & set(words_for(chosen, row))
            for row in ROWS
            if row != "source"
        )

    there_and_back()
    return tally


def long_timelines(formats: list[TimelineFormat]) -> None:
    rate = Fraction(25)
    media = {"a.mov": MediaLink(name="a.mov", url="a.mov", rate=rate, frames=10_000_000, channels=2)}
    clips = tuple(
        Clip(
            id=str(n),
            asset="a.mov",
            record=Range.of_ticks(20 * n, 20 * n + 20, rate),
            source=Range(Time(30 * n, rate), Time(30 * n + 20, rate)),
            name=f"clip {n}",
        )
        for n in range(10_000)
    )
    cut = Cut(name="long", rate=rate, tracks=(CutTrack(name="V1", kind="video", clips=clips),))
    print(f"10 000 clips:  {'write s':>10}{'read s':>10}{'MB':>8}")
    for chosen in formats:
        begun = time.perf_counter()
        data = chosen.write(cut, media)
        wrote = time.perf_counter() - begun
        begun = time.perf_counter()
        after = reread(data, chosen, rate, chosen.name)
        took = time.perf_counter() - begun
        assert len(after.cut.tracks[0].clips) == len(clips)
        print(f"{chosen.name:14}{wrote:>11.2f}{took:>10.2f}{len(data) / 1e6:>8.1f}")


if __name__ == "__main__":
    main()
