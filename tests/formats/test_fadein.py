"""Fade In's scripts: styles by their base, runs, dual dialogue the other way round, archives that lie."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from answerprint.core.errors import FormatError
from answerprint.formats.screenplays.fadein import read_fadein
from answerprint.formats.screenplays.fdx import read_fdx
from answerprint.formats.screenplays.model import Element, Screenplay


def osf(tmp_path: Path, paras: str, *, version: str = "50", more: str = "") -> Screenplay:
    path = tmp_path / "script.osf"
    path.write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<document type="Open Screenplay Format document" version="{version}">{more}'
        f"<paragraphs>{paras}</paragraphs></document>",
        encoding="utf-8",
    )
    return read_fadein(path)


def para(style: str, text: str, look: str = "", own: str = "") -> str:
    return f'<para {own}><style basestyle="{style}" {look}/><text>{text}</text></para>'


def elements(screenplay: Screenplay) -> list[Element]:
    return [one for scene in screenplay.scenes for one in scene.elements]


def test_a_fade_in_file_says_what_its_fdx_export_says(shared_data: Path) -> None:
    folder = shared_data / "screenplays/fountain-cases"
    own, exported = read_fadein(folder / "TestFDX-FI.fadein"), read_fdx(folder / "TestFDX-FI.fdx")
    assert own.format == "fadein"
    assert own.findings == ()
    assert dict(own.title_page) == dict(exported.title_page)
    told = [(one.kind, one.text.upper(), one.character, one.extension) for one in elements(own)]
    assert told == [(one.kind, one.text.upper(), one.character, one.extension) for one in elements(exported)]
    # The export writes what the style shows as capitals; the document keeps what was typed.
    assert own.scenes[1].heading == "EXT. OuTSIDE the food store"


def test_styles_are_what_their_base_is(tmp_path: Path) -> None:
    styles = (
        '<styles><style name="Sound Effect" basestylename="Noise"/>'
        '<style name="Noise" basestylename="Action"/><style name="Loop" basestyle="Loop"/></styles>'
    )
    script = osf(
        tmp_path,
        '<para><style baseStyleName="Scene Heading" number="12A"/><text>INT. LAB</text></para>'
        '<para><style basestylename="Sound Effect"/><text>A door slams.</text></para>'
        '<para><style name="Normal Text"/><text>A stray line.</text></para>'
        '<para><style name="Loop"/><text>Round.</text></para><para><text>No style.</text></para>',
        more=styles,
    )
    assert script.scenes[0].number == "12A"
    assert [(one.kind, one.text) for one in elements(script)] == [
        ("heading", "INT. LAB"),
        ("action", "A door slams."),
        ("general", "A stray line."),
        ("general", "Round."),
        ("action", "No style."),
    ]


def test_runs_notes_synopses_and_breaks(tmp_path: Path) -> None:
    script = osf(
        tmp_path,
        para("Scene Heading", "INT. LAB", own='synopsis="She finds it.&#10;And hides it." note="Check."')
        + '<para><style basestyle="Action" pagebreakbefore="1"/><text bold="1">Now</text>'
        "<text> go</text></para>" + para("Action", "THE END", 'align="center"'),
    )
    assert [(one.kind, one.text) for one in elements(script)] == [
        ("heading", "INT. LAB"),
        ("synopsis", "She finds it."),
        ("synopsis", "And hides it."),
        ("note", "Check."),
        ("page_break", ""),
        ("action", "**Now** go"),
        ("centered", "THE END"),
    ]


def test_the_first_of_two_is_marked_and_the_second_becomes_the_dual_one(tmp_path: Path) -> None:
    script = osf(
        tmp_path,
        para("Character", "CHORUS")
        + para("Dialogue", "Before.")
        + para("Character", "ANNA", 'dualdialogue="1"')
        + para("Dialogue", "Go.")
        + para("Character", "BEN")
        + para("Dialogue", "Now.")
        + para("Character", "CARL", 'dualdialogue="1"')
        + para("Dialogue", "Alone."),
    )
    cues = [(one.text, one.dual) for one in elements(script) if one.kind == "character"]
    assert cues == [("CHORUS", False), ("ANNA", False), ("BEN", True), ("CARL", False)]


def test_osf_of_2012_keeps_styles_in_the_text(tmp_path: Path) -> None:
    text = "&lt;b&gt;Bold &lt;u&gt;both&lt;/u&gt;&lt;/b&gt; plain&lt;br&gt;2 &amp;lt; 3"
    info = '<info title="The Long Walk" written_by="A. Writer" drafts="First draft"/>'
    script = osf(tmp_path, para("Action", text), version="12", more=info)
    assert elements(script)[0].text == "**Bold _both_** plain\n2 < 3"
    assert dict(script.title_page) == {
        "Title": "The Long Walk",
        "Author": "A. Writer",
        "Draft date": "First draft",
    }
    assert elements(osf(tmp_path, para("Action", "&lt;b&gt;x&lt;/b&gt;")))[0].text == "<b>x</b>"


def test_revisions_by_the_lists_colours(tmp_path: Path) -> None:
    lists = (
        '<lists><revision_colors><revision_color name="White" index="0" color_name="White" mark=""/>'
        '<revision_color name="Blue Rev." index="1" color_name="Blue" mark="*"/></revision_colors></lists>'
    )
    text = '<para><style basestyle="Action"/><text revision="1">New.</text></para>'
    script = osf(tmp_path, text, more=lists)
    assert elements(script)[0].revision == "Blue Rev."
    assert [(one.name, one.colour) for one in script.revisions] == [("Blue Rev.", "blue")]


def test_what_is_not_kept_is_counted(tmp_path: Path) -> None:
    script = osf(
        tmp_path, '<para mood="1"><style basestyle="Action"/><text strikethrough="1">x</text></para>'
    )
    assert [finding.code for finding in script.findings] == ["fadein.not_held"]
    assert dict(script.findings[0].details) == {
        "attribute mood of Paragraph": 1,
        "attribute strikethrough of Text": 1,
    }


GOOD = b'<document type="Open Screenplay Format document" version="50"><paragraphs/></document>'


def archive(path: Path, *entries: tuple[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in entries:
            made.writestr(name, data)
    return path


def refusal(path: Path) -> FormatError:
    with pytest.raises(FormatError) as caught:
        read_fadein(path)
    assert caught.value.remedy
    assert caught.value.file == str(path)
    return caught.value


@pytest.mark.parametrize("name", ["/document.xml", "../document.xml", "a/../../b", "..\\x"])
def test_names_outside_the_archive_are_refused(tmp_path: Path, name: str) -> None:
    path = archive(tmp_path / "script.fadein", ("document.xml", GOOD), (name, b"x"))
    assert refusal(path).code == "AP-FORMAT-114"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_the_document_twice_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "script.fadein", ("document.xml", GOOD), ("document.xml", GOOD))
    assert refusal(path).code == "AP-FORMAT-114"


def test_an_archive_without_the_document_is_refused(tmp_path: Path) -> None:
    assert refusal(archive(tmp_path / "script.fadein", ("other.xml", GOOD))).code == "AP-FORMAT-116"


def test_thousands_of_files_are_refused(tmp_path: Path) -> None:
    entries = [(f"{n}.xml", b"") for n in range(1_100)]
    assert refusal(archive(tmp_path / "script.fadein", *entries)).code == "AP-FORMAT-114"


def test_a_zip_bomb_is_refused_whatever_size_it_declares(tmp_path: Path) -> None:
    honest = archive(tmp_path / "honest.fadein", ("document.xml", bytes(70 * 2**20)))
    assert refusal(honest).code == "AP-FORMAT-110"
    data = honest.read_bytes()
    size = (70 * 2**20).to_bytes(4, "little")
    lying = tmp_path / "lying.fadein"
    lying.write_bytes(data.replace(size, (1000).to_bytes(4, "little")))
    assert refusal(lying).code.startswith("AP-FORMAT-11")


def test_a_locked_archive_is_refused_with_what_to_do(tmp_path: Path) -> None:
    data = bytearray(archive(tmp_path / "a.fadein", ("document.xml", GOOD)).read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    path = tmp_path / "locked.fadein"
    path.write_bytes(bytes(data))
    error = refusal(path)
    assert error.code == "AP-FORMAT-115"
    assert "password" in (error.remedy or "")


def test_a_truncated_archive_is_kept_as_far_as_it_goes(tmp_path: Path) -> None:
    many = "".join(para("Action", f"She counts {n * n}.") for n in range(3_000))
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(
            "document.xml", GOOD.decode().replace("<paragraphs/>", f"<paragraphs>{many}</paragraphs>")
        )
    path = tmp_path / "script.fadein"
    path.write_bytes(whole.getvalue()[: len(whole.getvalue()) // 2])
    script = read_fadein(path)
    assert [finding.code for finding in script.findings][:2] == ["zip.damaged", "xml.damaged"]
    assert all(finding.needs_a_person for finding in script.findings[:2])
    said = [one.text for one in elements(script)]
    assert len(said) > 500
    assert said[:500] == [f"She counts {n * n}." for n in range(500)]


def test_damaged_bytes_inside_are_read_or_refused(tmp_path: Path, shared_data: Path) -> None:
    data = (shared_data / "screenplays/fountain-cases/TestFDX-FI.fadein").read_bytes()
    path = tmp_path / "script.fadein"
    for at in range(0, len(data), 131):
        path.write_bytes(data[:at] + bytes(40) + data[at + 40 :])
        try:
            script = read_fadein(path)
        except FormatError as error:
            assert error.code.startswith("AP-FORMAT-11")
        else:
            assert script.scenes or script.findings
