"""Camera raw that FFmpeg cannot decode, named as such and paired with its proxies."""

from __future__ import annotations

from pathlib import PurePath

# Signatures: Blackmagic RAW is QuickTime whose brand says so; R3D opens with RED1 or RED2 after a four-byte
# size; ARRIRAW is "ARRI" (SMPTE RDD 30) or an MXF essence label (RDD 55); Canon Cinema RAW Light is ISO media
# of brand "crx ". N-RAW is known by its extension alone.
_BY_EXTENSION = {
    ".braw": "Blackmagic RAW",
    ".r3d": "REDCODE RAW",
    ".ari": "ARRIRAW",
    ".arx": "ARRIRAW (HDE)",
    ".crm": "Canon Cinema RAW Light",
    ".nev": "Nikon N-RAW",
    ".rmf": "Canon Cinema RAW",
}
_ARRIRAW_MXF = bytes.fromhex("060e2b34040101")  # start of every SMPTE label; the ARRI item follows
_ARRI_ORGANISATION = bytes.fromhex("0e170000")  # organisation 0x17 in the private area (0x0e): ARRI


def camera_raw(name: str, head: bytes) -> str | None:
    """The trade name of a camera raw format, by file name and first bytes; None for everything else."""
    if head[4:8] in (b"RED1", b"RED2"):
        return "REDCODE RAW"
    if head[:4] == b"ARRI":
        return "ARRIRAW"
    if head[4:8] == b"ftyp" and head[8:12] == b"crx ":
        return "Canon Cinema RAW Light"
    if head[4:8] in (b"ftyp", b"wide", b"mdat") and (head[8:12] == b"braw" or b"brxq" in head[:64]):
        return "Blackmagic RAW"
    if head[:4] == b"\x06\x0e\x2b\x34" and _ARRIRAW_MXF in head and _ARRI_ORGANISATION in head:
        return "ARRIRAW (MXF)"
    return _BY_EXTENSION.get(PurePath(name).suffix.lower())
