"""A production explains its every option, refuses what it cannot keep safe, and is one process's."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from fractions import Fraction
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerprint import store
from answerprint.core.encoding import to_json
from answerprint.core.errors import StoreError
from answerprint.store.inputs import path_of_text, path_text
from answerprint.store.mounts import network_kind, parse_macos_mounts, parse_proc_mounts
from answerprint.store.production import Production, display_name, find_inputs, free_space_check
from answerprint.store.settings import (
    PictureSettings,
    ProductionSettings,
    Settings,
    SoundSettings,
    StoreSettings,
)
from answerprint.store.settings_file import format_settings, parse_settings

FILE = Path("production.toml")
LOCAL = parse_proc_mounts("/dev/vda / ext4 rw 0 0\n")


def refusal(text: str) -> StoreError:
    with pytest.raises(StoreError) as caught:
        parse_settings(text, FILE)
    return caught.value


def test_a_new_production_toml_holds_every_default() -> None:
    written = tomllib.loads(format_settings(Settings()))
    assert written == json.loads(to_json(Settings()))
    assert parse_settings(format_settings(Settings()), FILE) == Settings()
    assert parse_settings("", FILE) == Settings()


def test_every_option_stands_under_a_comment_of_its_own() -> None:
    lines = format_settings(Settings()).splitlines()
    options = [number for number, line in enumerate(lines) if "=" in line and not line.startswith("#")]
    tables = msgspec.structs.fields(Settings)
    expected = sum(len(msgspec.structs.fields(table.type)) for table in tables) - 1  # weights is a table
    assert len(options) == expected + len(Settings().editorial.weights)
    for number in options:
        assert lines[number - 1].startswith("# "), f"no comment explains {lines[number]!r}"
        assert len(lines[number - 1]) > 12, f"the comment of {lines[number]!r} explains nothing"


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_film_name_survives_production_toml(name: str) -> None:
    settings = Settings(production=ProductionSettings(name=name))
    assert parse_settings(format_settings(settings), FILE) == settings


def test_every_error_code_of_the_store_is_listed_and_used() -> None:
    folder = Path(store.__file__).parent
    listed = set(re.findall(r"AP-STORE-\d{3}", store.__doc__ or ""))
    sources = [file.read_text() for file in folder.rglob("*.py") if file != Path(store.__file__)]
    assert listed == {code for source in sources for code in re.findall(r'"(AP-STORE-\d{3})"', source)}


def test_settings_give_exact_values() -> None:
    picture = parse_settings('[picture]\nrate = "29.97"\ndrop_frame = true\n', FILE).picture
    assert picture.exact_rate == Fraction(30000, 1001)
    assert picture.size == (1920, 1080)
    assert picture.start_frame == 107892  # SMPTE ST 12-1: an hour of drop-frame


@pytest.mark.parametrize(
    ("text", "code", "at", "said"),
    [
        ("[picture]\n\nrate = 25\n", "AP-STORE-005", "line 3", "picture.rate"),
        ('[picture]\nrate = "fast"\n', "AP-STORE-005", "line 2", "picture.rate"),
        ('[picture]\nrate = "25"\ndrop_frame = true\n', "AP-STORE-005", "line 3", "drop-frame"),
        ('[picture]\nstart_timecode = "1:2"\n', "AP-STORE-005", "line 2", "start_timecode"),
        ('[picture]\nraster = "big"\n', "AP-STORE-005", "line 2", "picture.raster"),
        ('[picture]\nraster = "1921x1080"\n', "AP-STORE-005", "line 2", "odd raster"),
        ('[picture]\nmixed_rates = "blend"\n', "AP-STORE-005", "line 2", "mixed_rates"),
        ("[editorial]\nhandles = -1\n", "AP-STORE-005", "line 2", "editorial.handles"),
        ("# a\n[editorial.weights]\nnoise = 1.0\n", "AP-STORE-004", "line 3", "noise"),
        ('[editorial.weights]\nfocus = "much"\n', "AP-STORE-005", "line 2", "focus"),
        ("[sound]\nloudness = 3.0\n", "AP-STORE-005", "line 2", "sound.loudness"),
        ("[sound]\nloudnes = -23.0\n", "AP-STORE-004", "line 2", "sound.loudnes"),
        ("[render]\nheight = 719\n", "AP-STORE-005", "line 2", "odd height"),
        ("[sounds]\n", "AP-STORE-004", "line 1", "sounds"),
        ("sound = 3\n", "AP-STORE-005", "line 1", "sound"),
        ("\n\n[sound\n", "AP-STORE-003", "line 3", "not TOML"),
        ("[sound]\nclean = yes\n", "AP-STORE-003", "line 2", "not TOML"),
    ],
)
def test_a_wrong_setting_is_named_with_its_line_and_a_remedy(
    text: str, code: str, at: str, said: str
) -> None:
    error = refusal(text)
    assert (error.code, error.file, error.at) == (code, "production.toml", at)
    assert said in error.message
    assert error.remedy


def test_weights_left_out_keep_their_defaults() -> None:
    weights = parse_settings("[editorial.weights]\nfocus = 2\n", FILE).editorial.weights
    assert weights == {**Settings().editorial.weights, "focus": 2.0}


def test_making_a_production_leaves_what_is_there_alone(tmp_path: Path) -> None:
    root = tmp_path / "my film"
    take = root / "footage" / "A001" / "take.mov"
    take.parent.mkdir(parents=True)
    take.write_bytes(b"rushes")
    made = Production.create(root, Settings(sound=SoundSettings(loudness=-24.0)))
    assert take.read_bytes() == b"rushes"
    for name in ("footage", "sound", "script", "music", "references", "out", ".answerprint"):
        assert (root / name).is_dir()
    opened = Production.open(root)
    assert opened.settings == made.settings
    assert opened.settings.production.name == "my film"
    assert opened.settings.sound.loudness == -24.0
    with pytest.raises(StoreError) as caught:
        Production.create(root)
    assert caught.value.code == "AP-STORE-002"
    before = (root / "production.toml").read_text()
    Production.create(root, force=True)
    assert (root / "production.toml.before").read_text() == before
    assert Production.open(root).settings.sound.loudness == -23.0


def test_settings_that_do_not_do_make_no_production(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="AP-STORE-005"):
        Production.create(tmp_path / "film", Settings(picture=PictureSettings(rate="25", drop_frame=True)))
    assert not (tmp_path / "film").exists()


def test_a_folder_without_production_toml_is_no_production(tmp_path: Path) -> None:
    for root in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(StoreError) as caught:
            Production.open(root)
        assert caught.value.code == "AP-STORE-001"
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreError) as caught:
        Production.create(tmp_path / "file")
    assert caught.value.code == "AP-STORE-010"
    (tmp_path / "production.toml").write_bytes(b'[production]\nname = "caf\xe9"\n')
    with pytest.raises(StoreError) as caught:
        Production.open(tmp_path)
    assert caught.value.code == "AP-STORE-003"


MOUNTS = """\
/dev/sda1 / ext4 rw,relatime 0 0
nas:/films /mnt/films nfs4 rw,vers=4.2 0 0
//nas/share /mnt/a\\040share cifs rw 0 0
me@host:/ /mnt/ssh fuse.sshfs rw 0 0
/dev/sdb1 /mnt/films/local xfs rw 0 0
/dev/sdc1 /mnt/usb fuseblk rw 0 0
tmpfs /mnt/ssh tmpfs rw 0 0
"""


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("/home/me/film", None),
        ("/mnt/films/film", "nfs4"),
        ("/mnt/filmstock/film", None),
        ("/mnt/films/local/film", None),
        ("/mnt/a share/film", "cifs"),
        ("/mnt/usb/film", None),
        ("/mnt/ssh/film", None),  # a later mount hides the earlier one
    ],
)
def test_network_drives_are_told_from_local_ones(place: str, kind: str | None) -> None:
    assert network_kind(Path(place), parse_proc_mounts(MOUNTS)) == kind


def test_network_drives_are_told_on_macos() -> None:
    mounts = parse_macos_mounts(
        "/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)\n"
        "//me@nas/films on /Volumes/my films (smbfs, nodev, nosuid, mounted by me)\n"
        "map auto_home on /System/Volumes/Data/home (autofs, automounted, nobrowse)\n"
    )
    assert network_kind(Path("/Volumes/my films/one"), mounts) == "smbfs"
    assert network_kind(Path("/Users/me"), mounts) is None


def test_a_catalogue_is_refused_on_a_network_drive_and_kept_where_the_settings_say(tmp_path: Path) -> None:
    network = tmp_path / "nas"
    mounts = [*LOCAL, *parse_proc_mounts(f"nas:/films {network} nfs rw 0 0")]
    with pytest.raises(StoreError) as caught:
        Production.create(network / "film", mounts=mounts)
    assert caught.value.code == "AP-STORE-006"
    assert "[store]" in (caught.value.remedy or "")
    assert not network.exists()
    settings = Settings(store=StoreSettings(path=str(tmp_path / "local")))
    made = Production.create(network / "film", settings, mounts=mounts)
    assert made.state_dir.is_dir()
    assert made.state_dir.is_relative_to(tmp_path / "local")
    assert not (network / "film" / ".answerprint").exists()
    other = Production.create(network / "other" / "film", settings, mounts=mounts)
    assert other.state_dir != made.state_dir
    assert Production.open(network / "film", mounts=mounts).state_dir == made.state_dir


HOLDER = """
import sys
from pathlib import Path
from answerprint.store.production import Production
with Production.open(Path(sys.argv[1])).lock():
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_production_is_one_process_s_until_that_ends_or_is_killed(tmp_path: Path) -> None:
    production = Production.create(tmp_path / "film")
    child = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(production.root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"held\n"
        with pytest.raises(StoreError) as caught, production.lock():
            pass
        assert caught.value.code == "AP-STORE-007"
        assert f"process {child.pid}" in caught.value.message
        child.kill()
    for _ in range(2):
        with production.lock(), pytest.raises(StoreError, match=f"process {os.getpid()}"), production.lock():
            pass


def test_too_little_space_is_said_before_the_work(tmp_path: Path) -> None:
    free_space_check(tmp_path / "not" / "made" / "yet", 1)
    with pytest.raises(StoreError) as caught:
        free_space_check(tmp_path, 10**18)
    assert caught.value.code == "AP-STORE-008"
    assert "1000000.0 TB needed" in caught.value.message


def test_inputs_are_listed_in_one_order_without_litter(tmp_path: Path) -> None:
    production = Production.create(tmp_path / "film")
    elsewhere = tmp_path / "drive"
    elsewhere.mkdir()
    (elsewhere / "B001.mov").write_bytes(b"")
    for name in (
        "footage/b.mov",
        "footage/Z.mov",
        "footage/a/1.mov",
        "sound/1.wav",
        "footage/.hidden",
        "footage/._b.mov",
        "footage/.Trashes/x.mov",
        "footage/__MACOSX/y.mov",
        "footage/Thumbs.db",
        "script/film.fountain",
        "out/v001/rough-cut.mp4",
    ):
        file = production.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"")
    footage = production.root / "footage"
    (footage / "drive").symlink_to(elsewhere)
    (footage / "drive again").symlink_to(elsewhere)
    (elsewhere / "loop").symlink_to(footage)
    (footage / "self.mov").symlink_to("self.mov")
    (footage / "offline.mov").symlink_to(tmp_path / "unplugged" / "x.mov")
    os.mkfifo(footage / "pipe.mov")
    odd = os.fsdecode(b"caf\xe9.mov")
    (footage / odd).write_bytes(b"")
    listed = [os.fspath(path.relative_to(production.root)) for path in find_inputs(production)]
    assert listed == [
        "footage/Z.mov",
        "footage/a/1.mov",
        "footage/b.mov",
        f"footage/{odd}",
        "footage/drive/B001.mov",
        "footage/offline.mov",
        "footage/self.mov",
        "sound/1.wav",
        "script/film.fountain",
    ]
    assert display_name(odd) == "caf\\xe9.mov"
    stored = production.stored_path(footage / odd)
    assert stored.encode("utf-8")
    assert production.find(stored) == footage / odd
    assert production.stored_path(footage / "b.mov") == "footage/b.mov"
    assert production.stored_path(elsewhere / "B001.mov") == str(elsewhere / "B001.mov")


@given(st.binary(min_size=1, max_size=40).filter(lambda raw: b"\0" not in raw))
def test_any_file_name_survives_a_record(raw: bytes) -> None:
    path = Path(os.fsdecode(raw))
    text = path_text(path)
    assert text.encode("utf-8").decode("utf-8") == text
    assert path_of_text(text) == path


LISTED_WITHOUT_PRIVILEGES = """
import os, sys
from pathlib import Path
from answerprint.store.inputs import find_inputs
from answerprint.store.production import Production, Settings
if os.geteuid() == 0:
    os.setuid(65534)
find_inputs(Production(Path(sys.argv[1]), Settings()))
"""


def test_a_folder_of_rushes_that_cannot_be_read_is_an_error() -> None:
    with tempfile.TemporaryDirectory() as folder:  # pytest's own folders are closed to other users
        Path(folder).chmod(0o755)
        production = Production.create(Path(folder) / "film")
        closed = production.root / "footage" / "closed"
        closed.mkdir(mode=0o000)
        told = subprocess.run(
            [sys.executable, "-c", LISTED_WITHOUT_PRIVILEGES, str(production.root)],
            capture_output=True,
            text=True,
            check=False,
        )
        closed.chmod(0o700)
    assert "AP-STORE-010" in told.stderr
    assert "footage/closed" in told.stderr
