"""Fountain to Final Draft and back, twice: nothing lost, and the second time not a byte different."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from made_up_screenplays import facts, screenplays

from answerprint.formats.screenplays.emphasis import runs
from answerprint.formats.screenplays.fadein import read_fadein
from answerprint.formats.screenplays.fdx import read_fdx
from answerprint.formats.screenplays.fdx_writing import write_fdx
from answerprint.formats.screenplays.fountain import read_fountain
from answerprint.formats.screenplays.fountain_writing import write_fountain
from answerprint.formats.screenplays.model import Screenplay

FOLDER = "screenplays"
CASES = "screenplays/fountain-cases"
PAIRS = {
    "Brick-and-Steel": (f"{FOLDER}/Brick-and-Steel.fountain", f"{FOLDER}/Brick-and-Steel.fdx"),
    "Birthday-Card": (f"{FOLDER}/The-Last-Birthday-Card.fountain", f"{FOLDER}/The-Last-Birthday-Card.fdx"),
    "Final-Draft": (f"{CASES}/TestFDX-FD.fountain", f"{CASES}/TestFDX-FD.fdx"),
    "Fade-In": (f"{CASES}/TestFDX-FI.fountain", f"{CASES}/TestFDX-FI.fdx"),
    **{
        f"written-{one}": (f"{CASES}/TestFDX-FD.fountain", f"{CASES}/TestFDX-FD-Write-{one}.fdx")
        for one in ("cpp", "csharp", "js", "py")
    },
}
MEMBERS = sorted({f"{CASES}/TestFDX-FI.fadein", *(member for pair in PAIRS.values() for member in pair)})


def read(path: Path) -> Screenplay:
    if path.suffix == ".fountain":
        return read_fountain(path)
    return read_fadein(path) if path.suffix == ".fadein" else read_fdx(path)


def said(screenplay: Screenplay) -> list[tuple[object, ...]]:
    """Every element as it is printed: kind, styled words, speaker, extension, side, depth; numbers too."""
    found: list[tuple[object, ...]] = []
    for scene in screenplay.scenes:
        for one in scene.elements:
            kind = "action" if one.kind in ("shot", "general") else one.kind
            number = scene.number if kind == "heading" and scene.numbered else ""
            styled = tuple(
                (letter, *run[1:]) for run in runs(one.text) for letter in run.text if not letter.isspace()
            )
            found.append((kind, styled, one.character, one.extension, one.dual, one.depth, number))
    return found


def printed(screenplay: Screenplay) -> list[tuple[str, str, str | None, bool, str]]:
    """What both members of a pair should say: words without style, spaces folded."""
    found = []
    for scene in screenplay.scenes:
        for one in scene.elements:
            words = " ".join("".join(run.text for run in runs(one.text)).split())
            number = scene.number if one.kind == "heading" and scene.numbered else ""
            found.append((one.kind, words, one.character, one.dual, number))
    return found


def title_values(screenplay: Screenplay) -> dict[str, str]:
    return {key.casefold(): value for key, value in screenplay.title_page.items()}


@pytest.mark.parametrize("member", MEMBERS)
def test_the_second_round_trip_is_the_same_bytes_and_nothing_is_lost(shared_data: Path, member: str) -> None:
    first = read(shared_data / member)
    fdx1 = write_fdx(first)
    fountain1 = write_fountain(read_fdx(fdx1))
    fdx2 = write_fdx(read_fountain(fountain1))
    fountain2 = write_fountain(read_fdx(fdx2))
    assert fountain2 == fountain1
    assert write_fdx(read_fountain(fountain2)) == fdx2
    if member.endswith(".fountain"):
        assert fdx2 == fdx1
    for last in (read_fdx(fdx1), read_fountain(fountain1), read_fdx(fdx2), read_fountain(fountain2)):
        assert said(last) == said(first)
        assert title_values(last) == title_values(first)


@pytest.mark.parametrize("member", MEMBERS)
def test_beginning_with_fountain_the_second_round_trip_is_the_same_bytes(
    shared_data: Path, member: str
) -> None:
    fountain1 = write_fountain(read(shared_data / member))
    fdx1 = write_fdx(read_fountain(fountain1))
    fountain2 = write_fountain(read_fdx(fdx1))
    fdx2 = write_fdx(read_fountain(fountain2))
    fountain3 = write_fountain(read_fdx(fdx2))
    assert (fdx2, fountain3) == (fdx1, fountain2)
    if not member.endswith(".fountain"):
        assert fountain2 == fountain1


def test_every_fountain_case_survives_final_draft(shared_data: Path) -> None:
    for path in sorted((shared_data / CASES).glob("*.fountain")):
        first = read_fountain(path)
        fdx1 = write_fdx(first)
        fountain1 = write_fountain(read_fdx(fdx1))
        again = read_fountain(fountain1)
        assert said(again) == said(first), path.name
        assert write_fdx(again) == fdx1, path.name
        assert write_fountain(read_fdx(write_fdx(again))) == fountain1, path.name


# screenplain, which wrote the first two, leaves title pages, sections and synopses out; the writers of
# fountain-tools scene numbers. Nothing else differs between the members of a pair.
@pytest.mark.parametrize("pair", PAIRS)
def test_both_members_of_a_pair_print_the_same(shared_data: Path, pair: str) -> None:
    fountain, fdx = (printed(read(shared_data / member)) for member in PAIRS[pair])
    if pair == "Birthday-Card":
        fountain = [one for one in fountain if one[0] not in ("section", "synopsis")]
    if pair.startswith("written-"):
        fountain = [(*one[:4], "") for one in fountain]
    assert fdx == fountain


def test_what_really_differs_between_the_title_pages_of_fade_ins_pair(shared_data: Path) -> None:
    fountain, fdx = (title_values(read(shared_data / member)) for member in PAIRS["Fade-In"])
    assert dict(fdx.items() - fountain.items()) == {"credit": "Written by", "title": "_FDX Test Script_"}
    assert dict(fountain.items() - fdx.items()) == {"title": "FDX Test Script"}


def test_an_omitted_scene_survives_fountain() -> None:
    source = (
        '<FinalDraft><Content><Paragraph Number="21" Type="Scene Heading"><Text>OMITTED</Text><OmittedScene>'
        '<Paragraph Type="Scene Heading"><Text>EXT. YARD - DUSK</Text></Paragraph>'
        '<Paragraph Type="Character"><Text>MARA (O.S.)</Text></Paragraph>'
        '<Paragraph Type="Dialogue"><Text>Who is </Text><Text Style="Italic">there</Text><Text>?</Text>'
        "</Paragraph></OmittedScene></Paragraph></Content></FinalDraft>"
    )
    fdx1 = write_fdx(read_fdx(source.encode()))
    fountain1 = write_fountain(read_fdx(fdx1))
    assert "OMITTED #21#" in fountain1
    fdx2 = write_fdx(read_fountain(fountain1))
    assert fdx2 == fdx1
    assert fdx2.count(b"<OmittedScene>") == 1
    assert b'<Text Style="Italic">there</Text>' in fdx2


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(screenplays())
def test_what_nobody_wrote_survives_both_formats(screenplay: Screenplay) -> None:
    fountain1 = write_fountain(screenplay)
    held = read_fountain(fountain1)
    fdx1 = write_fdx(held)
    assert facts(read_fdx(fdx1)) == facts(held)
    fountain2 = write_fountain(read_fdx(fdx1))
    assert write_fdx(read_fountain(fountain2)) == fdx1
    assert write_fountain(read_fdx(write_fdx(read_fountain(fountain2)))) == fountain2
