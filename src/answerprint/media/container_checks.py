"""What a container shows to be wrong without decoding: the check that belongs to each family of files."""

from __future__ import annotations

from pathlib import Path

from answerprint.core.errors import MediaError
from answerprint.media.boxes import is_iso_media
from answerprint.media.faults import Fault
from answerprint.media.matroska_check import EBML_HEAD, check_matroska
from answerprint.media.sample_tables import check_sample_tables
from answerprint.media.transport_check import check_transport, packet_size
from answerprint.media.wave import read_wave_chunks


def container_faults(path: Path, head: bytes) -> list[Fault]:
    """Faults in order of their place; empty for a sound file and for containers that nothing is known of.

    head: the file's first bytes (media/guard.py check_file).
    """
    if is_iso_media(head):
        return check_sample_tables(path)
    if head.startswith(EBML_HEAD):
        return check_matroska(path)
    if head[:4] in (b"RIFF", b"RF64", b"BW64") and head[8:12] == b"WAVE":
        return _wave_faults(path)
    shape = packet_size(head)
    return check_transport(path, *shape) if shape else []


def _wave_faults(path: Path) -> list[Fault]:
    try:
        faults = read_wave_chunks(path).faults
    except MediaError as error:
        return [Fault("bad_header", 0, error.message)]
    return [
        Fault("truncated" if one.kind == "unfinished" else one.kind, one.at, one.reason) for one in faults
    ]
