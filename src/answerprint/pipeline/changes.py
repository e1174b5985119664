"""What changed between two cuts, in words."""

from __future__ import annotations

from answerprint.core.cut import Clip, Cut


def changes_between(before: Cut, after: Cut) -> tuple[str, ...]:
    """One sentence for every slot that is new, gone, filled by another take, trimmed or moved in order."""
    old, new = _slots(before), _slots(after)
    changes = []
    for slot, clip in new.items():
        earlier = old.get(slot)
        at = after.timecode(clip.record.start.frame(after.rate))
        if earlier is None:
            changes.append(f"{at}: {clip.name} is new")
        elif earlier.asset != clip.asset:
            changes.append(f"{at}: {clip.name} instead of {earlier.name}")
        elif earlier.source != clip.source:
            difference = (clip.source.duration.seconds - earlier.source.duration.seconds) * after.rate
            frames = int(difference)
            how = f"{frames:+d} frames" if frames else "another part of it, equally long"
            changes.append(f"{at}: {clip.name} trimmed ({how})")
    for slot, clip in old.items():
        if slot not in new:
            changes.append(
                f"{before.timecode(clip.record.start.frame(before.rate))} of the version before: "
                f"{clip.name} is gone"
            )
    kept = [slot for slot in old if slot in new]
    if kept != [slot for slot in new if slot in old]:
        changes.append("The order has changed.")
    length = after.frames - before.frames
    if length:
        changes.append(f"The cut is {abs(length)} frames {'longer' if length > 0 else 'shorter'}.")
    return tuple(changes)


def _slots(cut: Cut) -> dict[str, Clip]:
    """The first clip of every slot, picture before sound."""
    found: dict[str, Clip] = {}
    for track in cut.tracks:
        for clip in track.clips:
            found.setdefault(clip.slot or clip.id, clip)
    return found
