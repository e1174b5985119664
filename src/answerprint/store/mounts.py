"""Which file system a path lies on, and whether that is a network's.

SQLite's log needs memory shared between processes and locks that hold; network file systems give neither
(https://www.sqlite.org/wal.html, section 1).
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from answerprint.core.errors import StoreError
from answerprint.store.disk import display_name

NETWORK = frozenset(
    {
        *("nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "sshfs", "afpfs", "webdav", "davfs", "afs"),
        *("ncpfs", "ceph", "glusterfs", "lustre", "beegfs", "gpfs"),
        *("9p", "drvfs", "vboxsf", "vmhgfs"),  # folders of a virtual machine's host
    }
)
LOCAL_FUSE = frozenset({"fuse.fuse-overlayfs"})  # the root of a rootless container


class Mount(NamedTuple):
    place: str
    kind: str


def read_mounts() -> list[Mount]:
    """The mounts of this machine; empty where it does not say."""
    if sys.platform == "darwin":
        told = subprocess.run(["/sbin/mount"], capture_output=True, check=False)
        return parse_macos_mounts(told.stdout.decode("utf-8", "surrogateescape"))
    table = Path("/proc/mounts")
    return parse_proc_mounts(table.read_text("utf-8", "surrogateescape")) if table.exists() else []


def parse_proc_mounts(text: str) -> list[Mount]:
    """Linux: `device place kind options 0 0`, with spaces as \\040."""
    rows = (line.split(" ") for line in text.splitlines())
    return [Mount(_unescaped(row[1]), row[2]) for row in rows if len(row) >= 3]


def parse_macos_mounts(text: str) -> list[Mount]:
    """macOS: `device on place (kind, options)`."""
    found = re.findall(r"^.+? on (/.*) \(([\w.]+)(?:, [^)]*)?\)$", text, re.MULTILINE)
    return [Mount(place, kind) for place, kind in found]


def network_kind(path: Path, mounts: list[Mount]) -> str | None:
    """The kind of network file system a path lies on (or would), None on a local one.

    FUSE counts as network: what lies behind it cannot be told.
    """
    resolved = path.resolve()
    kind, longest = "", -1
    for mount in mounts:  # a later mount of the same place hides the earlier
        depth = len(Path(mount.place).parts)
        if depth >= longest and resolved.is_relative_to(mount.place):
            kind, longest = mount.kind, depth
    if kind in NETWORK or (kind.startswith("fuse.") and kind not in LOCAL_FUSE):
        return kind
    return None


def refuse_network(state_dir: Path, mounts: list[Mount]) -> None:
    """Raises StoreError AP-STORE-006 when the catalogue would lie on a network drive."""
    kind = network_kind(state_dir, mounts)
    if kind is not None:
        raise StoreError(
            "AP-STORE-006",
            f"the catalogue cannot lie on a network drive ({kind})",
            file=display_name(state_dir),
            remedy='name a folder on a local disk in production.toml, under [store]: path = "/local/folder"',
        )


def _unescaped(text: str) -> str:
    """Octal escapes of /proc/mounts, byte by byte."""
    raw = re.sub(
        rb"\\([0-7]{3})", lambda found: bytes([int(found[1], 8)]), text.encode("utf-8", "surrogateescape")
    )
    return raw.decode("utf-8", "surrogateescape")
