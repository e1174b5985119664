"""Slates read from the demonstration's rushes and from boards drawn here; the grammar of what is on them."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
import soundfile
from drawn_slates import Board, Damage, clip, write_clip
from hypothesis import given, settings
from hypothesis import strategies as st

from answerprint.cli.main import run
from answerprint.core.logged import Slate
from answerprint.core.records import Track
from answerprint.departments.footage.slates.agreement import disagreements, logged_slate
from answerprint.departments.footage.slates.boards import sighting
from answerprint.departments.footage.slates.grammar import label_of, together, values
from answerprint.departments.footage.slates.in_file import slates_of
from answerprint.departments.footage.slates.reader import OwnReader, ctc_texts
from answerprint.departments.footage.slates.readers import RAPIDOCR, reader_of
from answerprint.departments.footage.slates.voting import Value, filled, unread, vote
from answerprint.departments.footage.steps import SlatesStep
from answerprint.formats.logs import parse_log
from answerprint.media.probe import probe
from answerprint.models.shelf import Shelf

DEMO = Path(__file__).resolve().parents[2] / "demo"
TRUTH = {one["clip"]: one for one in json.loads((DEMO / "truth.json").read_text("utf-8"))["clips"]}


@pytest.fixture(scope="module")
def reader() -> OwnReader:
    return OwnReader()


def check_demo(name: str, reader: OwnReader) -> None:
    truth = TRUTH[name]
    document = slates_of(DEMO / truth["file"], reader).document
    (slate,) = document.slates
    assert (slate.scene.text, slate.take.text) == (truth["setup"], str(truth["take"]))
    assert slate.values["camera"].text in (truth["camera"], None)
    assert slate.values["roll"].text in (truth["card"], None)
    start, end = truth["slate"]["frames"]
    assert slate.start.frame is not None
    assert slate.end.frame is not None
    assert abs(slate.start.frame - start) <= 2
    assert abs(slate.end.frame - end) <= 2


def test_a_slate_of_the_demonstration_is_read_and_its_time_is_known(reader: OwnReader) -> None:
    check_demo("B001C002", reader)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(TRUTH))
def test_every_slate_of_the_demonstration_is_read(name: str, reader: OwnReader) -> None:
    check_demo(name, reader)


def picture(board: Board, damage: Damage, at: int = 1) -> np.ndarray:
    made = clip(board, damage, 3, frames=4)
    return np.asarray(cv2.cvtColor(made.frames[at], cv2.COLOR_RGB2GRAY), np.uint8)


def read(grey: np.ndarray, reader: OwnReader) -> dict[str, str]:
    seen = sighting(grey, reader)
    return (
        {}
        if seen is None
        else {name: max(said, key=lambda one: said[one]) for name, said in seen.fields.items()}
    )


@pytest.mark.parametrize("layout", ["columns", "rows", "american", "sheet"])
@pytest.mark.parametrize("look", ["black board", "white board"])
def test_scene_take_and_roll_are_read_on_every_layout(layout: str, look: str, reader: OwnReader) -> None:
    board = Board(scene="27B", take="4", roll="A012", layout=layout, look=look)
    found = read(picture(board, Damage("clean")), reader)
    assert (found["scene"], found["take"], found["roll"]) == ("27B", "4", "A012")


def test_european_slates_count_from_one(reader: OwnReader) -> None:
    found = read(picture(Board(scene="134", take="2", layout="european"), Damage("clean")), reader)
    assert (found["slate"], found["take"]) == ("134", "2")


@pytest.mark.parametrize(
    "damage",
    [Damage("rolled", roll=13), Damage("yaw", yaw=24), Damage("blur", blur=1.5), Damage("noise", noise=14)],
)
def test_angle_blur_and_noise_leave_it_readable(damage: Damage, reader: OwnReader) -> None:
    found = read(picture(Board(scene="8C", take="7"), damage), reader)
    assert (found["scene"], found["take"]) == ("8C", "7")


def test_a_board_upside_down_is_a_tail_slate(reader: OwnReader) -> None:
    grey = picture(Board(scene="8C", take="7"), Damage("clean"))[::-1, ::-1]
    seen = sighting(np.ascontiguousarray(grey), reader)
    assert seen is not None
    assert abs(seen.degrees) == 180
    assert max(seen.fields["scene"], key=lambda one: seen.fields["scene"][one]) == "8C"


@pytest.mark.parametrize("words", [["TAKE CARE", "SCENE OF THE CRIME"], ["PLATFORM 4", "TO THE TRAINS"], []])
def test_a_sign_is_no_slate(words: list[str], reader: OwnReader) -> None:
    grey = np.full((540, 960), 60, np.uint8)
    for line, text in enumerate(words):
        cv2.putText(grey, text, (80, 200 + 120 * line), (235, 235, 235), cv2.FontFace("sans"), 60)
    assert sighting(grey, reader) is None


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=25, deadline=None)
def test_letters_thrown_about_never_stop_a_look(seed: int) -> None:
    dice = np.random.default_rng(seed)
    grey = np.full((270, 480), 90, np.uint8)
    for _ in range(30):
        word = str(dice.choice(["SCENE", "TAKE", "ROLL", "12A", "3", "8", "0", "B001", "O"]))
        place = int(dice.integers(-20, 460)), int(dice.integers(0, 290))
        tone = (int(dice.integers(0, 255)),) * 3
        cv2.putText(grey, word, place, tone, cv2.FontFace("sans"), int(dice.integers(8, 120)))
    seen = sighting(grey, OwnReader())
    assert seen is None or np.isfinite(seen.quad).all()


@pytest.mark.parametrize("made", ["black", "noise", "tiny"])
def test_pictures_of_nothing_hold_no_slate(made: str, reader: OwnReader) -> None:
    grain = np.random.default_rng(1).integers(0, 255, (270, 480), np.uint8)
    grey = {"black": np.zeros((270, 480), np.uint8), "noise": grain, "tiny": grain[:1, :1]}[made]
    assert sighting(np.ascontiguousarray(grey), reader) is None


def test_what_cannot_be_read_is_unread_and_not_guessed(reader: OwnReader, tmp_path: Path) -> None:
    path = tmp_path / "soft.mp4"
    write_clip(path, clip(Board(scene="27B", take="4"), Damage("soft", blur=7.0, width=480), 3, frames=16))
    for one in slates_of(path, reader).document.slates:
        assert one.scene.text in (None, "27B")
        assert one.take.text in (None, "4")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("SCENE 12A TAKE 3", {"scene": "12A", "take": "3"}),
        ("SC 12A-3", {"scene": "12A", "take": "3"}),
        ("12A / T3", {"scene": "12A", "take": "3"}),
        ("SLATE 34 TAKE 2", {"slate": "34", "take": "2"}),
        ("SC101", {"scene": "101"}),
        ("TK 11", {"take": "11"}),
        ("ROLL A001", {"roll": "A001"}),
        ("12-5-26", {}),
        ("THE LATE POST", {}),
        ("12A", {}),
    ],
)
def test_texts_that_say_their_field(text: str, said: dict[str, str]) -> None:
    found = together([(text, 1.0)])
    assert {name: max(one, key=lambda value: one[value]) for name, one in found.items()} == said


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("scene", "12A", "12A"),
        ("scene", "A12", "A12"),
        ("scene", "1OA", "10A"),
        ("scene", "I2", "12"),
        ("scene", "112-3", "112-3"),
        ("scene", "000", ""),
        ("scene", "MARLOW", ""),
        ("take", "T3", "3"),
        ("take", "03", "3"),
        ("take", "3 PU", "3 PU"),
        ("take", "0", ""),
        ("roll", "AOO1", "A001"),
        ("roll", "A001C003", "A001C003"),
        ("camera", "B", "B"),
        ("camera", "BB", ""),
        ("fps", "23.976", "23.976"),
        ("date", "14-O5-26", "14-05-26"),
    ],
)
def test_letters_that_look_like_figures_are_figures_where_only_they_can_be(
    field: str, text: str, value: str
) -> None:
    found = values(field, [(text, 1.0)])
    assert max(found, key=lambda one: found[one], default="") == value


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("SCENE:", "scene"),
        ("5CENE", "scene"),
        ("TAKF", "take"),
        ("Roll".upper(), "roll"),
        ("PROD.", "other"),
        ("27", None),
        ("HARBOUR", None),
        ("TK", "take"),
    ],
)
def test_a_printed_word_is_known_with_one_letter_misread(text: str, label: str | None) -> None:
    assert label_of(text) == label


columns = st.lists(st.lists(st.floats(0.01, 1), min_size=3, max_size=3), min_size=1, max_size=5)


@given(columns)
def test_texts_weigh_as_much_as_all_the_ways_to_write_them(rows: list[list[float]]) -> None:
    scores = np.array(rows, np.float64)
    scores = (scores / scores.sum(axis=1, keepdims=True)).astype(np.float32)
    truth: dict[str, float] = {}
    for path in itertools.product(range(3), repeat=len(scores)):
        kept = [code for code, _ in itertools.groupby(path) if code]
        share = float(np.prod([scores[at, code] for at, code in enumerate(path)]))
        text = "".join("AB"[code - 1] for code in kept)
        truth[text] = truth.get(text, 0.0) + share
    found = dict(ctc_texts(scores, "AB", beam=100))
    assert found.keys() == truth.keys()
    assert all(abs(found[text] - share) < 1e-4 for text, share in truth.items())


def test_pictures_outvote_a_misread_one() -> None:
    good, bad = {"take": {"3": 0.95}}, {"take": {"8": 0.6, "3": 0.3}}
    assert vote([good, good, bad, good])["take"].text == "3"
    assert vote([good, bad, bad])["take"].text is None
    assert vote([bad])["take"] == Value(None, 0.6, (("8", 0.6), ("3", 0.3)))


def test_the_screenplay_is_a_prior_and_no_override() -> None:
    doubt = {"scene": {"12": 0.44, "17": 0.46}}
    assert vote([doubt, doubt], scenes=["12"])["scene"].others[0][0] == "12"
    assert vote([{"scene": {"17A": 0.97}}] * 2, scenes=["12"])["scene"].text == "17A"


def test_log_and_slate_are_compared_as_people_read_them() -> None:
    entries = parse_log("clip,scene,slate,take,camera\nA001C003.MOV,1,1B,Take 01,A\n")
    logged = logged_slate("a001c003.mp4", entries)
    assert logged == Slate(scene="1B", take="1", camera="A")
    same = {"scene": Value("1B", 0.9), "take": Value("1", 0.9), "camera": Value(None, 0.4)}
    assert disagreements(same, logged) == ()
    other = disagreements({**same, "take": Value("2", 0.9)}, logged)
    assert [(one.field, one.slate, one.log) for one in other] == [("take", "2", "1")]
    assert logged_slate("B001.mov", entries) is None


def test_the_command_says_where_slate_and_log_differ(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, log, sheet = tmp_path / "A001C001.mp4", tmp_path / "log.csv", tmp_path / "sheet.png"
    write_clip(path, clip(Board(scene="27B", take="4"), Damage("clean"), 3, frames=8))
    log.write_text("clip,scene,take\nA001C001,27B,5\n")
    code = run(["slates", str(path), "--log", str(log), "--sheet", str(sheet), "--reader", "own", "--json"])
    document = json.loads(capsys.readouterr().out)
    assert code == 3
    (file,) = document["files"]
    assert file["slates"][0]["label"] == "scene 27B take 4"
    assert file["slates"][0]["disagrees"] == [{"field": "take", "slate": "4", "log": "5"}]
    assert [one["code"] for one in document["findings"]] == ["slates.disagree"]
    assert cv2.imread(str(sheet)) is not None
    assert run(["slates", str(path), "--sheet", str(sheet), "--reader", "own"]) == 2
    assert "AP-USE-074" in capsys.readouterr().err


class Given:
    """An input of a step: a file, or a record."""

    def __init__(self, file: Path, record: Any = None) -> None:
        self._file, self._record = file, record

    def path(self) -> Path:
        return self._file

    def record(self, kind: type) -> Any:
        return self._record


class Written:
    subject, threads = "asset", 1

    def __init__(self) -> None:
        self.tracks: dict[str, Track] = {}

    def write_track(self, name: str, track: Track) -> None:
        self.tracks[name] = track

    def progress(self, done: float, total: float) -> None:
        assert 0 <= done <= total


def test_the_track_says_when_the_slate_is_seen_and_that_its_take_is_circled(tmp_path: Path) -> None:
    path = tmp_path / "A001C001.mp4"
    made = clip(Board(scene="27B", take="4"), Damage("clean"), 3, frames=16)
    write_clip(path, made)
    logged = Slate(scene="27B", take="5", circled=True)
    inputs = {"media": Given(path), "probe": Given(path, probe(path)), "logged": Given(path, logged)}
    context = Written()
    SlatesStep(asset="asset").run(inputs, context)  # type: ignore[arg-type]
    track = context.tracks["slates"]
    (mark,) = track.annotations
    assert (track.name, mark.label, mark.text) == ("slates.1", "slate", "scene 27B take 4")
    assert mark.start == 0
    assert abs(mark.end / track.rate * made.rate - made.seen[1]) <= 2
    assert mark.value["circled"]
    assert mark.value["disagrees"] == [{"field": "take", "slate": "4", "log": "5"}]


def bad_file(kind: str, folder: Path) -> Path:
    path = folder / f"{kind}.mp4"
    if kind == "empty":
        path.write_bytes(b"")
    elif kind == "text":
        path.write_text("INT. HARBOUR OFFICE - DAY\n")
    elif kind == "sound":
        path = folder / "sound.wav"
        soundfile.write(path, np.zeros(16000, np.float32), 16000)
    elif kind == "truncated":
        write_clip(path, clip(Board(scene="1", take="1"), Damage("clean", width=480), 3, frames=8))
        path.write_bytes(path.read_bytes()[:2000])
    return path


@pytest.mark.parametrize("kind", ["empty", "text", "sound", "truncated", "missing"])
def test_bad_files_are_refused_with_a_code(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["slates", str(bad_file(kind, tmp_path)), "--reader", "own", "--json"]) in (1, 2)
    assert json.loads(capsys.readouterr().out)["error"]["code"].startswith("AP-")


@pytest.mark.parametrize("size", [(2, 2), (320, 180)])
def test_black_and_tiny_videos_hold_no_slate(
    size: tuple[int, int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "black.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=25)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for _ in range(30):
            container.mux(
                stream.encode(
                    av.VideoFrame.from_ndarray(np.zeros((size[1], size[0], 3), np.uint8), format="rgb24")
                )
            )
        container.mux(stream.encode(None))
    assert run(["slates", str(path), "--text", "--reader", "own", "--json"]) == 0
    (file,) = json.loads(capsys.readouterr().out)["files"]
    assert (file["slates"], file["text"]) == ([], [])


def test_titles_are_read(shared_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        run(["slates", str(shared_data / "video" / "counter.mp4"), "--text", "--reader", "own", "--json"])
        == 0
    )
    (file,) = json.loads(capsys.readouterr().out)["files"]
    assert any(any(one.isdigit() for one in text["text"]) for text in file["text"])


def test_the_bundled_reader_reads_lines() -> None:
    if not Shelf().fetched(RAPIDOCR):
        pytest.skip(f"{RAPIDOCR} is not fetched")
    line = np.zeros((60, 330), np.uint8)
    cv2.putText(line, "Scene 12A", (20, 44), (255, 255, 255), cv2.FontFace("sans"), 40)
    (found,) = reader_of(True).read([line.astype(np.float32) / 255])
    assert (found.best.replace(" ", ""), found.as_written) == ("SCENE12A", "Scene 12A")


def test_a_second_reader_fills_what_is_unread_and_overrules_nothing() -> None:
    own = {"scene": Value("12A", 0.95), "take": Value(None, 0.4, (("3", 0.4),))}
    other = {"scene": Value("13A", 0.99), "take": Value("8", 0.9)}
    assert {name: one.text for name, one in filled(own, other).items()} == {"scene": "12A", "take": "8"}
    leaning = {"take": Value(None, 0.7, (("3", 0.7),))}
    assert filled(leaning, other)["take"].text is None
    assert filled(leaning, {"take": Value("3", 0.9)})["take"].text == "3"
    assert unread(own)
    assert not unread({"slate": Value("34", 0.9), "take": Value("2", 0.9)})
