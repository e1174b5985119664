"""Bombs, binaries and damage: refused with a place and a remedy, or read as far as they can be."""

from __future__ import annotations

import tracemalloc
import zipfile
from itertools import pairwise
from pathlib import Path

import pytest

from answerprint.core.errors import AnswerprintError, FormatError, UsageError
from answerprint.formats.screenplays.fdx import read_fdx

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
LAUGHS = (
    '<!DOCTYPE lolz [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {one} "{f"&{before};" * 10}">' for before, one in pairwise("abcdefghij"))
    + "]>"
)


def document(content: str) -> bytes:
    return f"{HEAD}<FinalDraft><Content>{content}</Content></FinalDraft>".encode()


def refusal(data: bytes) -> FormatError:
    with pytest.raises(FormatError) as caught:
        read_fdx(data)
    assert caught.value.remedy
    assert caught.value.file
    return caught.value


@pytest.mark.parametrize(
    "doctype",
    [
        LAUGHS,
        '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x SYSTEM "http://example.invalid/x.dtd">',
        "<!-- harmless --><?pi?>\n<!doctype x>",
    ],
)
def test_document_types_are_refused(doctype: str) -> None:
    error = refusal(f"{HEAD}{doctype}<FinalDraft><Content/></FinalDraft>".encode())
    assert error.code == "AP-FORMAT-111"
    assert error.at


def test_an_entity_nobody_declared_is_damage_not_text() -> None:
    script = read_fdx(document("<Paragraph Type='Action'><Text>One &secret; two.</Text></Paragraph>"))
    assert [finding.code for finding in script.findings] == ["xml.damaged"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\x01\x02\x03" * 50,
        b"\x89PNG\r\n\x1a\n" + bytes(64),
        b"INT. HALL - DAY\n\nGo.\n",
        b"<",
        b"<?xml",
    ],
)
def test_what_is_no_xml_is_refused(data: bytes) -> None:
    assert refusal(data).code in ("AP-FORMAT-112", "AP-FORMAT-117")


def test_xml_of_another_kind_is_refused_by_its_root() -> None:
    error = refusal(b"<html><body/></html>")
    assert error.code == "AP-FORMAT-113"
    assert "html" in error.message


def test_a_tree_of_millions_is_refused_before_it_is_built() -> None:
    data = document("<a/>" * 2_000_000)
    tracemalloc.start()
    assert refusal(data).code == "AP-FORMAT-110"
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * len(data)


@pytest.mark.parametrize("depth", [150, 300, 20_000])
def test_deep_nesting_is_refused(depth: int) -> None:
    assert refusal(document("<a>" * depth + "</a>" * depth)).code == "AP-FORMAT-110"


def test_a_long_paragraph_is_only_long() -> None:
    script = read_fdx(document(f"<Paragraph Type='Action'><Text>{'word ' * 60_000}</Text></Paragraph>"))
    assert len(script.scenes[0].elements[0].text) == 299_999


def test_five_megabytes_in_one_paragraph_are_refused_by_their_line() -> None:
    error = refusal(document(f"\n<Paragraph Type='Action'><Text>{'x' * 5_000_000}</Text></Paragraph>"))
    assert (error.code, error.at) == ("AP-FORMAT-118", "line 3")


def test_a_truncated_script_is_kept_up_to_the_damage_and_needs_a_person(shared_data: Path) -> None:
    whole = (shared_data / "screenplays/The-Last-Birthday-Card.fdx").read_bytes()
    cut = read_fdx(whole[: len(whole) // 2])
    full = read_fdx(whole)
    finding = cut.findings[0]
    assert (finding.code, finding.needs_a_person) == ("xml.damaged", True)
    kept = [(one.kind, one.text) for scene in cut.scenes for one in scene.elements]
    said = [(one.kind, one.text) for scene in full.scenes for one in scene.elements]
    assert len(kept) > 0.4 * len(said)
    assert kept[:-1] == said[: len(kept) - 1]
    assert f"line {whole[: len(whole) // 2].count(10) + 1}" in finding.message


def test_a_broken_tag_in_the_middle_loses_only_what_is_around_it() -> None:
    good = "<Paragraph Type='Action'><Text>Go {}.</Text></Paragraph>\n"
    content = "".join(good.format(n) for n in range(20))
    script = read_fdx(document(content.replace("<Text>Go 9.</Text>", "<Text>Go 9.</Tex", 1)))
    said = [one.text for scene in script.scenes for one in scene.elements]
    assert {f"Go {n}." for n in range(9)} <= set(said)
    assert script.findings[0].evidence[0].value == 11


def test_control_characters_are_left_out_and_counted() -> None:
    script = read_fdx(document("<Paragraph Type='Action'><Text>A\x01B&#2;C&#x1F;D</Text></Paragraph>"))
    assert script.scenes[0].elements[0].text == "ABCD"
    assert [finding.code for finding in script.findings] == ["xml.characters_dropped"]


def test_every_prefix_of_a_script_is_read_or_refused(shared_data: Path) -> None:
    whole = (shared_data / "screenplays/fountain-cases/TestFDX-FD-Write-py.fdx").read_bytes()
    for end in range(0, len(whole), 23):
        try:
            script = read_fdx(whole[:end])
        except AnswerprintError as error:
            assert error.code.startswith("AP-FORMAT-")
        else:
            assert script.findings[0].code == "xml.damaged"


def test_a_file_that_is_not_there_is_a_wrong_path(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        read_fdx(tmp_path / "none.fdx")
    assert caught.value.code == "AP-USE-010"


def test_a_zip_called_fdx_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "script.fdx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("document.xml", "<document/>")
    with pytest.raises(FormatError) as caught:
        read_fdx(path)
    assert caught.value.code == "AP-FORMAT-112"
