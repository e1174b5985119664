"""The card of a user's model: a small TOML file that says what goes in, what comes out, and what it means."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from answerprint.core.encoding import from_builtins, to_json
from answerprint.core.errors import ModelError, NotAvailableError

Side = Annotated[int, msgspec.Meta(ge=8, le=8192)]
Unit = Annotated[float, msgspec.Meta(ge=0, le=1)]
LARGEST_CARD = 1 << 20  # bytes
BLOCK = 1 << 22


class PictureInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a picture is given: value = (code value × scale − mean) / std, a channel each."""

    name: str = ""  # of the model's input; its first when empty
    width: Side = 640
    height: Side = 640
    layout: Literal["nchw", "nhwc"] = "nchw"
    channels: Literal["rgb", "bgr"] = "rgb"
    scale: float = 1 / 255
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    std: tuple[float, float, float] = (1.0, 1.0, 1.0)
    fit: Literal["letterbox", "stretch", "crop"] = "letterbox"
    pad: Annotated[int, msgspec.Meta(ge=0, le=255)] = 114

    def __post_init__(self) -> None:
        if not all(one > 0 for one in self.std):
            raise ValueError("std is greater than 0 in every channel")


class BoxOutput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a detector gives.

    form: "yolo" (1, 4 + classes, n) centre, size, a score a class; "yolov5" (1, n, 5 + classes) with an
    objectness before the scores; "boxes" (1, n, 6) corners, score, class, overlaps already taken out; "auto"
    tells them by their shape. Coordinates are pixels of the input, or with `relative` shares of it.
    """

    name: str = ""
    form: Literal["auto", "yolo", "yolov5", "boxes"] = "auto"
    relative: bool = False
    threshold: Unit = 0.35
    overlap: Unit = 0.5  # IoU from which on the weaker of two boxes of a label goes


class TextInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a text is given to an image–text encoder: token numbers, and a mask where `mask` names one."""

    name: str = ""
    mask: str = ""
    length: Annotated[int, msgspec.Meta(ge=4, le=512)] = 77
    start: str | None = "<|startoftext|>"
    end: str | None = "<|endoftext|>"
    pad: int | None = None  # token number; the end's when None
    lower: bool = True
    template: str = "a photo of {}"
    dtype: Literal["int64", "int32"] = "int64"


class ThingsCard(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A detector's card. file stands beside the card; sha256 is checked where it is given."""

    name: str
    kind: Literal["detector"] = "detector"
    file: str
    sha256: str = ""
    labels: tuple[str, ...] = ()  # by class number; class_7 where there are none
    licence: str = ""
    input: PictureInput = PictureInput()
    output: BoxOutput = BoxOutput()
    every: Annotated[float, msgspec.Meta(gt=0, le=600)] = 0.5  # seconds between pictures looked at


class SightCard(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An image–text encoder's card: two ONNX files and their tokenizer.json."""

    name: str
    kind: Literal["encoder"]
    vision: str = "vision_model.onnx"
    text: str = "text_model.onnx"
    tokenizer: str = "tokenizer.json"
    sha256: str = ""  # of the vision model
    licence: str = ""
    input: PictureInput = PictureInput(
        width=224,
        height=224,
        mean=(0.48145466, 0.4578275, 0.40821073),  # OpenAI CLIP's
        std=(0.26862954, 0.26130258, 0.27577711),
        fit="crop",
    )
    words: TextInput = TextInput()
    vision_output: str = ""
    text_output: str = ""
    unlike: float = 0.18  # cosine of a picture and words that have nothing to do with it; CLIP's lie about .2
    alike: float = 0.32
    every: Annotated[float, msgspec.Meta(gt=0, le=600)] = 2.0


Card = ThingsCard | SightCard


class Model(msgspec.Struct, frozen=True):
    """A card with the folder its files lie in and the digest of what it says and of its files."""

    card: Card
    folder: Path
    digest: str


def read_model(path: Path) -> Model:
    """A model by its card, by the folder that holds card.toml, or by a bare .onnx file (a detector as YOLO
    exports have it, with a card of its stem beside it where there is one).

    Raises NotAvailableError AP-NEED-330 when a file is not there, ModelError AP-MODEL-030 for a card that
    cannot be read, AP-MODEL-002 for a file of another digest.
    """
    where = path / "card.toml" if path.is_dir() else path
    if where.suffix.casefold() == ".onnx":
        beside = where.with_suffix(".toml")
        if not beside.exists():
            card: Card = ThingsCard(name=where.stem, file=where.name)
            return _checked(card, where.parent)
        where = beside
    try:
        with where.open("rb") as file:
            data = file.read(LARGEST_CARD + 1)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NotAvailableError(
            "AP-NEED-330",
            "there is no model here",
            file=str(path),
            remedy="name a card (.toml), the folder that holds card.toml, or an .onnx file",
        ) from error
    except OSError as error:
        raise ModelError("AP-MODEL-030", f"cannot be read: {error.strerror}", file=str(where)) from error
    try:
        if len(data) > LARGEST_CARD:
            raise ValueError("longer than any card")
        document = tomllib.loads(data.decode("utf-8"))
        kind: type[Card] = SightCard if document.get("kind") == "encoder" else ThingsCard
        card = from_builtins(document, kind)
        for name in _files(card):
            if not name or Path(name).is_absolute() or ".." in Path(name).parts:
                raise ValueError(f"{name!r} is not a file beside the card")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError, ValueError) as error:
        raise ModelError(
            "AP-MODEL-030",
            f"this card cannot be read: {error}",
            file=str(where),
            remedy="answerprint things --help shows a card",
        ) from error
    return _checked(card, where.parent)


def _files(card: Card) -> tuple[str, ...]:
    return (card.file,) if isinstance(card, ThingsCard) else (card.vision, card.text, card.tokenizer)


def _checked(card: Card, folder: Path) -> Model:
    digests = []
    for name in _files(card):
        try:
            digests.append(_digest_of(folder / name))
        except FileNotFoundError as error:
            raise NotAvailableError(
                "AP-NEED-330",
                f"{name} is missing beside its card",
                file=str(folder / name),
                remedy="put the file there or correct the card",
            ) from error
        except OSError as error:
            raise ModelError(
                "AP-MODEL-030", f"cannot be read: {error.strerror}", file=str(folder / name)
            ) from error
    if card.sha256 and card.sha256.casefold() != digests[0]:
        raise ModelError(
            "AP-MODEL-002",
            f"this file is not the one the card names: SHA-256 {digests[0]}, expected {card.sha256}",
            file=str(folder / _files(card)[0]),
            remedy="correct the card or the file",
        )
    whole = hashlib.sha256(to_json(card) + "".join(digests).encode())
    return Model(card, folder, whole.hexdigest())


def _digest_of(path: Path) -> str:
    hasher = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            hasher.update(block)
    return hasher.hexdigest()
