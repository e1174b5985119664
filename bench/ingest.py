"""Offloading beside cp, md5sum and the ASC MHL reference; cards recognised; a hundred thousand tiny files.

Run: python bench/ingest.py [--quick]
The peers run as programs: cp, md5sum, rsync where it is installed, and ascmhl in .venv-bench (pip install
ascmhl). Times are the machine's as it is; the lines of one table were measured one after another.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "footage"))

from made_cards import lay  # noqa: E402  (the cards the tests are made of)

from answerprint.departments.footage.ingest.grouping import group  # noqa: E402
from answerprint.departments.footage.ingest.inspecting import inspect  # noqa: E402
from answerprint.departments.footage.ingest.listing import list_folder  # noqa: E402

PROGRAM = Path(sys.executable).with_name("answerprint")
ASCMHL = ROOT / ".venv-bench" / "bin" / "ascmhl"
QUICK = "--quick" in sys.argv
CLIPS, CLIP_SIZE = (4, 64 << 20) if QUICK else (8, 128 << 20)
MANY = 10_000 if QUICK else 100_000

# Names as cameras write them, and what each card is; none of them is asked for in the code by its whole name.
CARDS: dict[str, tuple[str, tuple[str, ...], int]] = {
    "Sony XAVC": ("sony-xavc", ("PRIVATE/M4ROOT/CLIP/C{n:04d}.MP4", "PRIVATE/M4ROOT/CLIP/C{n:04d}M01.XML",
        "PRIVATE/M4ROOT/THMBNL/C{n:04d}T01.JPG", "PRIVATE/M4ROOT/SUB/C{n:04d}S03.MP4"), 1),
    "Sony XDCAM": ("sony-xdcam", ("XDROOT/Clip/C{n:04d}.MXF", "XDROOT/Clip/C{n:04d}M01.XML",
        "XDROOT/Sub/C{n:04d}S03.MP4", "XDROOT/Clip/C{n:04d}R01.BIM"), 1),
    "Sony BPAV": ("sony-bpav", ("BPAV/CLPR/709_{n:04d}_01/709_{n:04d}_01.MP4",
        "BPAV/CLPR/709_{n:04d}_01/709_{n:04d}_01M01.XML", "BPAV/CLPR/709_{n:04d}_02/709_{n:04d}_02.MP4"), 2),
    "Panasonic P2": ("panasonic-p2", ("CONTENTS/VIDEO/00{n:02d}AB.MXF", "CONTENTS/AUDIO/00{n:02d}AB00.MXF",
        "CONTENTS/CLIP/00{n:02d}AB.XML", "CONTENTS/ICON/00{n:02d}AB.BMP"), 1),
    "AVCHD": ("avchd", ("PRIVATE/AVCHD/BDMV/STREAM/{n:05d}.MTS",
        "PRIVATE/AVCHD/BDMV/CLIPINF/{n:05d}.CPI"), 1),
    "Canon XF": ("canon-xf", ("CONTENTS/CLIPS001/AA{n:04d}/AA{n:04d}01.MXF",
        "CONTENTS/CLIPS001/AA{n:04d}/AA{n:04d}02.MXF", "CONTENTS/CLIPS001/AA{n:04d}/AA{n:04d}01.CPF"), 2),
    "Canon EOS": ("canon-dcim", ("DCIM/100CANON/MVI_{n:04d}.MP4", "DCIM/100CANON/MVI_{n:04d}.THM"), 1),
    "ARRI": ("arri", ("A001R1AA/A001C{n:03d}_230101_R1AA.mxf",), 1),
    "ALEXA 35": ("arri", ("A_0001_1ABC/A_0001C{n:03d}_230101_120000_h1ABC.mxf",), 1),
    "RED": ("red", ("A001.RDM/A001_C{n:03d}_0101AB.RDC/A001_C{n:03d}_0101AB_001.R3D",
        "A001.RDM/A001_C{n:03d}_0101AB.RDC/A001_C{n:03d}_0101AB_002.R3D"), 2),
    "Blackmagic": ("blackmagic", ("A003_0101120{n:01d}_C00{n:01d}.braw",
        "A003_0101120{n:01d}_C00{n:01d}.sidecar",
        "Proxy/A003_0101120{n:01d}_C00{n:01d}.mp4"), 1),
    "GoPro": ("gopro", ("DCIM/100GOPRO/GX01{n:04d}.MP4", "DCIM/100GOPRO/GX02{n:04d}.MP4",
        "DCIM/100GOPRO/GX01{n:04d}.THM", "DCIM/100GOPRO/GL01{n:04d}.LRV"), 2),
    "GoPro (old)": ("gopro", ("DCIM/100GOPRO/GOPR{n:04d}.MP4", "DCIM/100GOPRO/GP01{n:04d}.MP4"), 2),
    "DJI": ("dji", ("DCIM/DJI_001/DJI_20230101120000_{n:04d}_D.MP4",
        "DCIM/DJI_001/DJI_20230101120000_{n:04d}_D.SRT", "DCIM/DJI_001/DJI_20230101120000_{n:04d}_D.LRF"), 1),
    "iPhone": ("apple", ("DCIM/100APPLE/IMG_{n:04d}.MOV",), 1),
    "Android": ("android", ("DCIM/Camera/VID_20230101_12{n:04d}.mp4",), 1),
    "Zoom": ("recorder", ("FOLDER01/230101_{n:03d}_Tr1.WAV", "FOLDER01/230101_{n:03d}_Tr2.WAV"), 1),
    "Sound Devices": ("recorder", ("12AT{n:02d}_1.WAV", "12AT{n:02d}_2.WAV"), 1),
    "Atomos": ("atomos", ("NINJA_S001_S001_T{n:03d}.MOV",), 1),
}  # fmt: skip
TAKES = 5


def main() -> None:
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_TMP")) as folder:
        bench_cards(Path(folder))
        bench_copy(Path(folder))
        bench_many(Path(folder))


def bench_cards(folder: Path) -> None:
    right = clips = companions = held = 0
    wrong: list[str] = []
    for name, (key, forms, parts) in CARDS.items():
        root = folder / "cards" / name.replace(" ", "_")
        lay(root, *(form.format(n=number) for number in range(1, TAKES + 1) for form in forms))
        found = group(list_folder(root))
        card = found[0]
        good = len(found) == 1 and card.structure.key == key
        good_clips = len(card.clips) == TAKES and all(len(one.spans()) == parts for one in card.clips)
        lost = len(card.orphans) + len(card.others) + len(card.stills)
        right, clips = right + good, clips + good_clips
        held += lost == 0
        companions += 1
        if not (good and good_clips and not lost):
            wrong.append(
                f"{name}: {card.structure.key}, {len(card.clips)} clips, {lost} files without a place"
            )
    print(f"Cards: {len(CARDS)} layouts of {TAKES} takes each, made by name")
    print(f"{'structure right':32}{right:4d} of {len(CARDS)}")
    print(f"{'takes and their parts right':32}{clips:4d} of {len(CARDS)}")
    print(f"{'every companion with its take':32}{held:4d} of {companions}")
    for line in wrong:
        print(f"  {line}")


def bench_copy(folder: Path) -> None:
    card = folder / "A001"
    card.mkdir()
    block = os.urandom(1 << 20)
    for number in range(CLIPS):
        with (card / f"A001C{number:03d}.mov").open("wb") as file:
            for at in range(CLIP_SIZE >> 20):
                file.write(at.to_bytes(8, "big") + block[8:])
    os.sync()
    size = CLIPS * CLIP_SIZE
    print(f"\nCopy: {CLIPS} files of {CLIP_SIZE >> 20} MiB; MB/s of the card's size, all the work together")
    print(f"{'':58}{'s':>8}{'MB/s':>8}")

    def line(name: str, work: Callable[[Path], None]) -> None:
        out = folder / "out"
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()
        os.sync()
        forget(card)
        began = time.perf_counter()
        work(out)
        taken = time.perf_counter() - began
        print(f"{name:58}{taken:8.2f}{size / taken / 1e6:8.0f}")

    for form in ("xxh64", "md5"):
        line(f"answerprint ingest copy --hash {form} (read back from disk)", lambda out, form=form: ran(  # type: ignore[misc]
            [PROGRAM, "ingest", "copy", card, out, "--hash", form]))  # fmt: skip
    line("answerprint ingest copy --to a second folder, xxh64", lambda out: ran(
        [PROGRAM, "ingest", "copy", card, out / "a", "--to", out / "b", "--hash", "xxh64"]))  # fmt: skip
    line("cp, sync, md5sum of both (the copy's from memory)", lambda out: ran(
        ["sh", "-c", f"cp -r {card} {out} && sync && md5sum {card}/* && md5sum {out}/A001/*"]))  # fmt: skip
    line("cp alone (nothing checked, not on the disk yet)", lambda out: ran(["cp", "-r", card, out]))
    if ASCMHL.exists():
        line("twice cp and ascmhl create (xxh64; copies read from memory)", lambda out: ran(
            ["sh", "-c", f"cp -r {card} {out} && sync && {ASCMHL} create {out}/A001 -h xxh64 && "
             f"cp -r {card}/. {out}/B && {ASCMHL} create {out}/B -h xxh64"]))  # fmt: skip
    else:
        print("ascmhl is not in .venv-bench: pip install ascmhl")
    if shutil.which("rsync"):
        line("rsync -a, then rsync -ac (checksums of both)", lambda out: ran(
            ["sh", "-c", f"rsync -a {card} {out} && sync && rsync -ac {card} {out}"]))  # fmt: skip
    else:
        print("rsync is not installed here")


def bench_many(folder: Path) -> None:
    card = folder / "MANY"
    for number in range(MANY):
        if number % 1000 == 0:
            (card / f"{number // 1000:03d}").mkdir(parents=True)
        suffix = ("mov", "xml", "txt", "wav")[number % 4]
        (card / f"{number // 1000:03d}" / f"f{number:06d}.{suffix}").write_bytes(b"x")
    began = time.perf_counter()
    busy = time.process_time()
    found = inspect(card)
    print(f"\nMany: {MANY} files of a byte")
    print(f"inspect: {time.perf_counter() - began:.1f} s ({time.process_time() - busy:.1f} s of processor), "
          f"{sum(len(one.clips) for one in found.cards)} clips, peak "
          f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB")  # fmt: skip
    for name, arguments in (
        ("copy --dry-run", ["copy", card, folder / "many", "--dry-run", "--json"]),
        ("copy, read back, hash list", ["copy", card, folder / "many", "--json"]),
        ("verify", ["verify", folder / "many" / "MANY", "--json"]),
    ):
        began = time.perf_counter()
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        ran([PROGRAM, "ingest", *arguments])
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        taken = time.perf_counter() - began
        busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        print(f"{name}: {taken:.1f} s ({busy:.1f} s of processor), peak {after.ru_maxrss // 1024} MiB")


def forget(folder: Path) -> None:
    """Out of memory, so that every line reads the card from the disk."""
    for one in folder.iterdir():
        handle = os.open(one, os.O_RDONLY)
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(handle)


def ran(command: list[object]) -> None:
    done = subprocess.run([str(one) for one in command], capture_output=True, check=False)
    if done.returncode not in (0, 3):
        raise RuntimeError(f"{command}: {done.stderr.decode()[-400:]}")


if __name__ == "__main__":
    main()
