"""A user's own models: a detector of colours and an encoder of colours, made of three nodes each."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
import tiny_onnx

from answerprint.cli.main import run
from answerprint.core.errors import MediaError, ModelError, NotAvailableError
from answerprint.departments.footage.things.cards import BoxOutput, PictureInput, TextInput, read_model
from answerprint.departments.footage.things.detecting import Seen, Things, read_boxes
from answerprint.departments.footage.things.in_file import things_of
from answerprint.departments.footage.things.picturing import fitted
from answerprint.departments.footage.things.tokens import Tokenizer

RED, GREEN, BLUE = (230, 20, 20), (20, 230, 20), (20, 20, 230)
CARD = """
name = "colours"
file = "model.onnx"
labels = ["red", "green", "blue"]
every = 0.2
[input]
width = 32
height = 32
[output]
form = "yolo"
threshold = 0.6
"""


def film(
    path: Path, colours: Sequence[tuple[int, int, int]], each: int = 10, size: tuple[int, int] = (64, 48)
) -> Path:
    """A film of flat colours, `each` pictures of 1/10 s of every one."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        for colour in colours:
            picture = np.full((size[1], size[0], 3), colour, np.uint8)
            for _ in range(each):
                container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        container.mux(stream.encode())
    return path


@pytest.fixture
def detector(tmp_path: Path) -> Path:
    folder = tmp_path / "detector"
    folder.mkdir()
    (folder / "model.onnx").write_bytes(tiny_onnx.colour_detector((16, 16, 16, 12)))
    (folder / "card.toml").write_text(CARD)
    return folder


def encoder_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "encoder"
    folder.mkdir()
    words = ["<pad>", "<|startoftext|>", "<|endoftext|>", "red</w>", "green</w>", "blue</w>"]
    letters = sorted({letter for word in ("red", "green", "blue") for letter in word})
    vocabulary = {word: number for number, word in enumerate(words)}
    merges = ["e d</w>", "r ed</w>", "g r", "gr e", "e n</w>", "gre en</w>", "b l", "bl u", "blu e</w>"]
    for piece in [*letters, *(f"{one}</w>" for one in letters), *(one.replace(" ", "") for one in merges)]:
        vocabulary.setdefault(piece, len(vocabulary))
    table = np.zeros((len(vocabulary), 3), np.float32)
    for axis, word in enumerate(("red</w>", "green</w>", "blue</w>")):
        table[vocabulary[word], axis] = 1.0
    (folder / "vision_model.onnx").write_bytes(tiny_onnx.colour_encoder())
    (folder / "text_model.onnx").write_bytes(tiny_onnx.word_encoder(table, 8))
    model = {"type": "BPE", "vocab": vocabulary, "merges": merges}
    (folder / "tokenizer.json").write_text(json.dumps({"model": model, "added_tokens": []}))
    (folder / "card.toml").write_text(
        'name = "tiny-clip"\nkind = "encoder"\nunlike = 0.5\nalike = 0.95\nevery = 0.5\n'
        '[input]\nwidth = 32\nheight = 32\n[words]\nlength = 8\npad = 0\ntemplate = ""\n'
    )
    return folder


def test_things_last_from_the_first_picture_that_has_them_to_the_one_that_has_not(
    tmp_path: Path, detector: Path
) -> None:
    clip = film(tmp_path / "clip.mp4", [RED, GREEN, RED])
    found = things_of(clip, read_model(detector))
    assert [one.label for one in found.things] == ["red", "green", "red"]
    assert [Fraction(one.start.time) for one in found.things] == [0, 1, 2]
    assert [Fraction(one.end.time) for one in found.things] == [1, 2, 3]
    assert all(one.confidence > 0.7 for one in found.things)  # grey beside a picture of another shape
    assert found.backend == "colours"
    assert found.pictures == 15


def test_a_box_is_found_again_in_a_picture_of_another_shape(tmp_path: Path, detector: Path) -> None:
    """16 ± 8 by 16 ± 6 of 32: the picture, 64 × 48, lies letterboxed in it as 32 × 24 from row 4."""
    found = things_of(film(tmp_path / "clip.mp4", [BLUE]), read_model(detector))
    assert found.things[0].box == pytest.approx((0.25, 0.25, 0.75, 0.75), abs=1e-3)


def test_the_three_forms_of_yolo_outputs_say_the_same(tmp_path: Path) -> None:
    path = tmp_path / "m.onnx"
    centre = np.array([[10, 10, 4, 6, 0.1, 0.9], [10.5, 10, 4, 6, 0.2, 0.8], [30, 30, 8, 8, 0.7, 0.0]])
    boxes, scores, classes = read_boxes(centre.T[None], BoxOutput(form="yolo"), path)
    assert boxes.tolist() == [[8, 7, 12, 13], [26, 26, 34, 34]]  # the second of the first two overlaps it
    assert scores.tolist() == [0.9, 0.7]
    assert classes.tolist() == [1, 0]
    objectness = np.hstack([centre[:, :4], np.ones((3, 1)), centre[:, 4:]])
    again = read_boxes(objectness[None], BoxOutput(form="yolov5"), path)
    assert [one.tolist() for one in again] == [boxes.tolist(), scores.tolist(), classes.tolist()]
    corners = np.hstack([boxes, scores[:, None], classes[:, None]])
    third = read_boxes(corners[None], BoxOutput(form="boxes"), path)
    assert [one.tolist() for one in third] == [boxes.tolist(), scores.tolist(), classes.tolist()]


def test_numbers_that_are_none_are_no_things(tmp_path: Path) -> None:
    rows = np.full((1, 6, 9), np.nan)
    boxes, scores, _ = read_boxes(rows, BoxOutput(form="yolo"), tmp_path)
    assert len(boxes) == len(scores) == 0


def test_a_thing_missed_in_one_picture_goes_on(tmp_path: Path) -> None:
    things = Things()
    here = [Seen("dog", 0.8, (0.1, 0.1, 0.4, 0.4))]
    for tick, seen in enumerate([here, here, [], here, [], [], here]):
        things.add(tick, seen)
    assert [(one.start, one.end) for one in things.finish(7)] == [(0, 4), (6, 7)]


@pytest.mark.parametrize("fit", ["letterbox", "stretch", "crop"])
@pytest.mark.parametrize("shape", [(3, 200), (200, 3), (1, 1), (48, 64)])
def test_any_picture_fits(fit: str, shape: tuple[int, int]) -> None:
    given = PictureInput(width=32, height=24, fit=fit)  # type: ignore[arg-type]
    values, where = fitted(np.full((*shape, 3), 200, np.uint8), given)
    assert values.shape == (1, 3, 24, 32)
    assert values.max() == pytest.approx(200 / 255, abs=1e-6)
    shares = where.shares(np.array([[0.0, 0.0, 32.0, 24.0]]))
    assert shares.min() >= 0
    assert shares.max() <= 1


def test_without_a_model_nothing_is_claimed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clip = film(tmp_path / "clip.mp4", [RED])
    assert run(["things", str(clip), "--json"]) == 4
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "AP-NEED-332"
    assert run(["things", str(clip), "--model", str(tmp_path / "none.onnx"), "--json"]) == 4
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "AP-NEED-330"


def test_a_model_of_another_digest_is_refused(detector: Path) -> None:
    digest = hashlib.sha256((detector / "model.onnx").read_bytes()).hexdigest()
    (detector / "card.toml").write_text(f'sha256 = "{digest}"\n{CARD}')
    assert read_model(detector).card.name == "colours"
    (detector / "card.toml").write_text(f'sha256 = "{"0" * 64}"\n{CARD}')
    with pytest.raises(ModelError) as refused:
        read_model(detector)
    assert refused.value.code == "AP-MODEL-002"


@pytest.mark.parametrize(
    "card",
    [
        "",
        "name = 3",
        "not toml [",
        'name = "x"\nfile = "../secret"',
        'name = "x"\nfile = "m"\nevery = 0',
        "\xff",
    ],
)
def test_a_card_that_is_none_says_what_is_wrong(tmp_path: Path, card: str) -> None:
    path = tmp_path / "card.toml"
    path.write_bytes(card.encode("latin-1"))
    with pytest.raises(ModelError) as refused:
        read_model(path)
    assert refused.value.code == "AP-MODEL-030"


def test_text_renamed_onnx_is_no_model(tmp_path: Path) -> None:
    fake = tmp_path / "fake.onnx"
    fake.write_text("not a model")
    with pytest.raises(ModelError) as refused:
        things_of(film(tmp_path / "clip.mp4", [RED]), read_model(fake))
    assert refused.value.code == "AP-MODEL-006"


def test_what_comes_out_in_another_shape_is_said(tmp_path: Path, detector: Path) -> None:
    (detector / "card.toml").write_text(CARD.replace('form = "yolo"', 'form = "boxes"'))
    with pytest.raises(ModelError) as refused:
        things_of(film(tmp_path / "clip.mp4", [RED]), read_model(detector))
    assert refused.value.code == "AP-MODEL-032"


def test_files_without_pictures_are_refused(tmp_path: Path, detector: Path) -> None:
    model = read_model(detector)
    empty, text = tmp_path / "empty.mp4", tmp_path / "text.mp4"
    empty.write_bytes(b"")
    text.write_text("this is no film")
    for one in (empty, text):
        with pytest.raises(MediaError):
            things_of(one, model)
    assert things_of(film(tmp_path / "small.mp4", [RED], size=(16, 16)), model).things[0].label == "red"


def test_clip_words_become_its_tokens(tmp_path: Path) -> None:
    folder = encoder_folder(tmp_path)
    tokens = Tokenizer(folder / "tokenizer.json", TextInput(length=8, pad=0))
    assert tokens.encode("Red  BLUE") == ([1, 3, 5, 2, 0, 0, 0, 0], 4)
    assert len(tokens.encode("red " * 50)[0]) == 8


def test_unigram_takes_the_likeliest_pieces(tmp_path: Path) -> None:
    pieces = [["<unk>", 0.0], ["▁a", -1.0], ["▁ab", -3.0], ["b", -1.5], ["c", -1.0], ["▁abc", -2.0]]
    path = tmp_path / "tokenizer.json"
    path.write_text(json.dumps({"model": {"type": "Unigram", "vocab": pieces, "unk_id": 0}}))
    tokens = Tokenizer(path, TextInput(length=6, start=None, end=None, pad=0))
    assert tokens.encode("abc ab") == ([5, 1, 3, 0, 0, 0], 3)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"model": {"type": "WordPiece", "vocab": {}}}'])
def test_a_tokenizer_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_text(text)
    with pytest.raises(ModelError) as refused:
        Tokenizer(path, TextInput())
    assert refused.value.code == "AP-MODEL-033"


def test_a_production_is_searched_by_what_its_pictures_show(
    tmp_path: Path, detector: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from answerprint.core.records import Asset
    from answerprint.media.probe import probe
    from answerprint.store.objects import hash_file
    from answerprint.store.production import Production

    production = Production.create(tmp_path / "show")
    clip = film(production.root / "footage" / "A001.mp4", [RED, GREEN, BLUE], each=20)
    found = probe(clip)
    asset = Asset(
        id=hash_file(clip), name=clip.name, path="footage/A001.mp4", size=clip.stat().st_size, kind="picture",
        container=found.container, streams=found.streams,
    )  # fmt: skip
    with production.catalogue() as catalogue:
        catalogue.put_assets([asset])
    where, card = str(production.root), str(encoder_folder(tmp_path))

    assert run(["search", where, "seen:green", "--json"]) == 4  # nothing sees yet
    assert json.loads(capsys.readouterr().out)["clauses"][0]["status"] == "unanswerable"

    assert run(["things", where, "--model", str(detector), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["clips"][0]["moments"] == 3
    assert run(["search", where, "thing:blue", "--json"]) == 0
    hit = json.loads(capsys.readouterr().out)["hits"][0]
    assert (Fraction(hit["start"]["time"]), Fraction(hit["end"]["time"])) == (4, 6)

    assert run(["things", where, "--model", card, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["track"] == "seen.1"
    assert run(["search", where, "seen:green", "--encoder", card, "--json"]) == 0
    hits = json.loads(capsys.readouterr().out)["hits"]
    assert 2 <= Fraction(hits[0]["start"]["time"]) < 4
    assert hits[0]["evidence"][0]["how"] == "picture"
    assert hits[0]["evidence"][0]["measure"] > 0.9


def test_missing_files_of_an_encoder_are_named(tmp_path: Path) -> None:
    folder = encoder_folder(tmp_path)
    (folder / "text_model.onnx").unlink()
    with pytest.raises(NotAvailableError, match=r"text_model\.onnx"):
        read_model(folder)
