"""A file is forgotten: nothing on the disk holds it, its words or its pictures; the originals stay."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from productions import Made, copied, make

from answerprint.core.errors import UsageError
from answerprint.core.proposals import Decision
from answerprint.core.records import Asset
from answerprint.departments.footage.search.saved import Chosen, add_to_bin, read_searches
from answerprint.pipeline.forgetting import forget_files
from answerprint.store.decisions import export_decisions
from answerprint.store.production import Production

NAME = "A001C006.mp4"


@pytest.fixture
def film(demo: Made, tmp_path: Path) -> Production:
    return Production.open(copied(demo, tmp_path / "film"))


def asset_of(film: Production, name: str) -> Asset:
    with film.catalogue() as catalogue:
        return next(one for one in catalogue.assets() if one.name == name)


def kept_bytes(film: Production) -> bytes:
    """Everything the production keeps of its own, in one."""
    files = [*sorted(film.state_dir.rglob("*")), film.decisions_file]
    return b"\0".join(one.read_bytes() for one in files if one.is_file())


def test_nothing_of_it_is_left(film: Production) -> None:
    gone = asset_of(film, NAME)
    with film.catalogue() as catalogue:
        proposal = next(one for one in catalogue.proposals() if one.choice and one.choice.asset == gone.id)
        catalogue.put_decision(Decision(proposal=proposal.id, answer="lock", asset=gone.id, note="by hand"))
        other = next(one for one in catalogue.proposals() if one.choice and one.choice.asset != gone.id)
        catalogue.put_decision(Decision(proposal=other.id, answer="accept", note="this stays"))
        export_decisions(film, catalogue)
        tracks = [info for info in catalogue.tracks() if info.asset == gone.id]
        drafts = [one.text for one in catalogue.current_track(gone.id, "readings.1").annotations if one.text]
        glances = "SELECT outputs FROM run WHERE step = 'glance' AND subject = ?"
        strip = json.loads(catalogue.row(glances, (gone.id,))[0])["strip"]["digest"]
    assert gone.id.encode() in kept_bytes(film)
    assert tracks and drafts and strip and film.objects().has(strip)

    add_to_bin(film, [Chosen(name="trailer", asset=gone.id, clip=NAME, start="1/1", end="2/1")])

    dry = forget_files(film, [NAME], dry_run=True)[0]
    assert gone.id.encode() in kept_bytes(film), "a dry run changes nothing"
    went = forget_files(film, [NAME])[0]
    assert went.went == dry.went
    assert went.went.tracks >= len(tracks)
    assert went.went.decisions == 1
    assert went.went.cuts == (1,)
    assert went.comes_back
    assert went.moments == 1
    assert not read_searches(film).bin

    left = kept_bytes(film)
    assert gone.id.encode() not in left
    assert bytes.fromhex(gone.id) not in left
    assert b"by hand" not in left
    assert b"this stays" in left
    assert not film.objects().has(strip)
    with film.catalogue() as catalogue:
        assert gone.id not in {info.asset for info in catalogue.tracks()}
        words = max(drafts, key=len)
        assert all(hit.asset != gone.id for hit in catalogue.search(f'"{words}"'))
        assert catalogue.assets()
    assert (film.root / "footage" / gone.path.removeprefix("footage/")).exists(), "originals are not touched"
    assert (film.out / "v001").exists()


def test_a_film_can_be_made_afterwards(film: Production) -> None:
    gone = asset_of(film, NAME)
    forget_files(film, [NAME])
    (film.root / gone.path).unlink()  # a link
    summary = make(film.root)
    assert summary.version is not None and summary.version.slots
    assert gone.id.encode() not in kept_bytes(film)


def test_a_name_that_fits_nothing_or_several_is_refused(film: Production) -> None:
    with pytest.raises(UsageError) as refused:
        forget_files(film, [NAME, "Z999.mov"])
    assert refused.value.code == "AP-USE-220"
    assert asset_of(film, NAME), "nothing went"
