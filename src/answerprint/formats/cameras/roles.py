"""What a file on a card is for, by its name alone: media, proxy, thumbnail, sidecar, index."""

from __future__ import annotations

from typing import Literal

Role = Literal["media", "proxy", "thumbnail", "sidecar", "index", "still", "junk", "unknown"]

RAW = frozenset({".braw", ".r3d", ".ari", ".arx", ".crm", ".rmf", ".nev"})
PICTURE = frozenset(
    (".mp4", ".mov", ".m4v", ".mkv", ".webm", ".mxf", ".mts", ".m2ts", ".m2t", ".ts", ".avi", ".mpg")
    + (".mpeg", ".vob", ".dv", ".3gp", ".wmv", ".flv", ".insv", ".360")
)
SOUND = frozenset((".wav", ".bwf", ".rf64", ".flac", ".aif", ".aiff", ".mp3", ".m4a", ".ogg", ".opus", ".wv"))
STILL = frozenset(
    (".jpg", ".jpeg", ".png", ".tif", ".tiff", ".dpx", ".exr", ".dng", ".heic", ".heif", ".avif", ".gif")
    + (".cr2", ".cr3", ".arw", ".nef", ".raf", ".rw2", ".gpr", ".bmp", ".webp", ".tga", ".hdr", ".cin")
)
SEQUENCES = frozenset(
    (".dpx", ".exr", ".tif", ".tiff", ".png", ".jpg", ".jpeg", ".cin", ".tga", ".ari", ".arx", ".dng", ".hdr")
)  # what numbered pictures of one shot are written in
PROXY = frozenset({".lrv", ".lrf"})  # GoPro and DJI write them beside the original
THUMBNAIL = frozenset({".thm"})
SIDECAR = frozenset(
    (".xml", ".xmp", ".sidecar", ".rmd", ".srt", ".aae", ".ale", ".cdl", ".ccc", ".cc", ".cube", ".smi")
    + (".bim", ".ppn", ".cpf", ".cif", ".sif", ".idx", ".txt", ".csv", ".pdf", ".mhl", ".md5", ".log")
    + (".fcpxml", ".edl", ".json", ".vtt", ".zoom", ".hprj", ".drx", ".amf", ".look", ".lut", ".gis", ".bin")
)
INDEX = frozenset(
    (".bdm", ".cpi", ".mpl", ".bup", ".cps", ".tdt", ".tid", ".int", ".pmpd", ".ctg", ".dat", ".mif", ".ind")
)
JUNK_NAMES = frozenset(
    (".ds_store", "thumbs.db", "desktop.ini", ".trashes", ".spotlight-v100", ".fseventsd", ".temporaryitems")
    + ("system volume information", "$recycle.bin", ".documentrevisions-v100", ".apdisk", ".volumeicon.icns")
)
INDEX_NAMES = frozenset(
    ("mediapro.xml", "discmeta.xml", "cueup.xml", "status.bin", "lastclip.txt", "index.xml", "alias.xml")
    + ("disclog.bin", "general.xml")
)
PROXY_FOLDERS = frozenset({"proxy", "proxies"})
SONY_ROOTS = frozenset({"m4root", "xdroot"})  # below which SUB holds the proxies
THUMBNAIL_FOLDERS = frozenset({"thmbnl", "icon", "thumbnail", "thumbnails", "avchdtn", "thmb"})


def role_of(parts: tuple[str, ...]) -> Role:
    """The role of a file by its path on the card, split into folded parts."""
    name = parts[-1]
    if name in JUNK_NAMES or name.startswith("._") or any(one in JUNK_NAMES for one in parts[:-1]):
        return "junk"
    suffix = suffix_of(name)
    if name in INDEX_NAMES or suffix in INDEX:
        return "index"
    if suffix in THUMBNAIL:
        return "thumbnail"
    if suffix in PROXY:
        return "proxy"
    folders = parts[:-1]
    if suffix in STILL:
        return "thumbnail" if any(one in THUMBNAIL_FOLDERS for one in folders) else "still"
    if suffix in PICTURE or suffix in RAW or suffix in SOUND:
        sony = "sub" in folders and any(one in SONY_ROOTS for one in folders)
        return "proxy" if sony or any(one in PROXY_FOLDERS for one in folders) else "media"
    return "sidecar" if suffix in SIDECAR else "unknown"


def suffix_of(name: str) -> str:
    """The suffix, folded, with its dot; empty when there is none, or the name is all suffix."""
    stem, dot, suffix = name.rpartition(".")
    return f".{suffix.casefold()}" if dot and stem else ""


def medium_of(name: str) -> Literal["picture", "raw", "sound", "other"]:
    """What a media file holds, by its suffix."""
    suffix = suffix_of(name)
    if suffix in RAW:
        return "raw"
    return "sound" if suffix in SOUND else "picture" if suffix in PICTURE else "other"
