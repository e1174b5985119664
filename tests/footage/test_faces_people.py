"""People keep the names they were given, and who is forgotten is nowhere on the production's disk."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from answerprint.core.encoding import to_json
from answerprint.core.errors import AnswerprintError, StoreError, UsageError
from answerprint.core.records import Asset, Provenance, Track
from answerprint.departments.footage.faces.forgetting import forget_person, name_person, people_in
from answerprint.departments.footage.faces.identity import names_at, people_of
from answerprint.departments.footage.faces.keeping import to_bytes
from answerprint.departments.footage.faces.marking import cue_marks, face_marks
from answerprint.departments.footage.faces.measures import Measures
from answerprint.departments.footage.faces.people import Member, grouped
from answerprint.departments.footage.faces.places import is_at, place_of, read_people, write_people
from answerprint.departments.footage.faces.sightings import Likeness, Sample, Sighting
from answerprint.departments.footage.faces.tracks import FaceTrack, face_tracks
from answerprint.store.catalogue import Catalogue, Output, RunRow, track_digest
from answerprint.store.objects import hash_bytes
from answerprint.store.production import Production
from answerprint.store.settings import ConsentSettings, ProductionSettings, Settings
from answerprint.store.vectors import VectorRow, VectorStore

BASE = Fraction(1, 25)
RANDOM = np.random.default_rng(11)
FACES = {name: RANDOM.normal(size=48) for name in ("ANNA", "BEN", "CLEO")}
RATE = Fraction(25)


def likeness(who: str, noise: float, random: np.random.Generator) -> np.ndarray:
    vector = FACES[who] + noise * random.normal(size=48)
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def sighting(start: int, length: int, x: float, vector: np.ndarray, shade: int, blink: int = 0) -> Sighting:
    measures = Measures(0, 0, 0, 0.33, 0.33, 0.01, 0.52, 0.01, 0.0)
    shut = measures._replace(eye_left=0.15, eye_right=0.15)
    samples = [
        Sample(tick, (x, 0.3, 0.1, 0.2), 1.0, shut if tick == blink else measures)
        for tick in range(start, start + length)
    ]
    portrait = np.full((112, 112, 3), shade, np.uint8)
    tint = np.zeros(64, np.float32)
    tint[shade % 64] = 1
    return Sighting(samples, start + length, tint, portrait, 1.0, start, [Likeness(1.0, start, vector)])


def members(noise: float, seed: int, names: dict[int, str] | None = None) -> tuple[list[Member], list[str]]:
    """Thirty faces of three people in five files, none seen at the same time as another."""
    random = np.random.default_rng(seed)
    who = [str(one) for one in random.choice(list(FACES), 30)]
    made = [
        Member(
            asset=f"file{index % 5}",
            number=index,
            start=Fraction(index),
            end=Fraction(index + 1),
            vectors=np.stack([likeness(one, noise, random) for _ in range(3)]),
            name=(names or {}).get(index, ""),
        )
        for index, one in enumerate(who)
    ]
    return made, who


def partition(labels: list[str]) -> set[frozenset[int]]:
    return {frozenset(i for i, one in enumerate(labels) if one == label) for label in set(labels)}


def test_faces_of_one_person_are_one_group() -> None:
    made, who = members(0.4, 1)
    assert partition(grouped(made, 0.6)) == partition(who)


def test_two_faces_seen_at_once_are_never_one_person() -> None:
    vectors = np.stack([likeness("ANNA", 0.0, np.random.default_rng(0))])
    twins = [Member("a", n, Fraction(0), Fraction(2), vectors) for n in range(2)]
    assert len(set(grouped(twins, 0.1))) == 2
    later = [*twins, Member("a", 2, Fraction(5), Fraction(6), vectors)]
    assert len(set(grouped(later, 0.1))) == 2


def test_a_face_without_a_vector_stays_alone() -> None:
    nothing = np.zeros((0, 0), np.float32)
    some = np.stack([likeness("ANNA", 0.0, np.random.default_rng(0))])
    faces = [
        Member("a", n, Fraction(n), Fraction(n + 1), v) for n, v in enumerate((nothing, some, some, nothing))
    ]
    assert grouped(faces, 0.5) == ["person_1", "person_2", "person_2", "person_3"]
    assert grouped([], 0.5) == []
    assert grouped(faces[:1], 0.5) == ["person_1"]


@pytest.mark.parametrize("noise", [0.3, 0.8, 1.6])
@pytest.mark.parametrize("threshold", [0.2, 0.5, 0.9])
def test_named_people_are_never_merged_or_exchanged(noise: float, threshold: float) -> None:
    _, who = members(noise, 2)
    first = {name: who.index(name) for name in FACES}
    names = {index: name for name, index in first.items()}
    made, _ = members(noise, 2, names)
    labels = grouped(made, threshold)
    assert all(labels[index] == name for index, name in names.items())
    assert {one for one in labels if not one.startswith("person_")} <= set(FACES)


def test_names_survive_new_vectors_and_new_files() -> None:
    """A stronger model changes every vector and groups anew: the named faces keep their names by place."""
    random = np.random.default_rng(4)
    tracks = {}
    for asset in ("one", "two"):
        those = [
            sighting(0, 50, 0.1, likeness("ANNA", 0.1, random), 10),
            sighting(60, 50, 0.6, likeness("BEN", 0.1, random), 40),
        ]
        tracks[asset] = (face_tracks(those, [], BASE), BASE)
    marks = face_marks(tracks["one"][0], BASE)
    places = [
        place_of("one", mark.start, mark.end, RATE, mark.value["boxes"], name)
        for mark, name in zip(marks, ("ANNA", "BEN"), strict=True)
    ]
    before = people_of(tracks, places, "first@1", 0.6).labels
    assert before == {"one": {"0": "ANNA", "1": "BEN"}, "two": {"0": "ANNA", "1": "BEN"}}
    turned = np.linalg.qr(np.random.default_rng(5).normal(size=(48, 48)))[0]
    for those, _ in tracks.values():
        for track in those:
            track.vectors = [
                one._replace(vector=(turned @ one.vector).astype(np.float32)) for one in track.vectors
            ]
    tracks = {"earlier": tracks["two"], **tracks}
    after = people_of(tracks, places, "second@1", 0.6).labels
    assert after == {asset: {"0": "ANNA", "1": "BEN"} for asset in tracks}


def test_a_place_is_where_and_when_and_of_that_face() -> None:
    vector = likeness("ANNA", 0, np.random.default_rng(0))
    (track,) = face_tracks([sighting(100, 50, 0.4, vector, 3)], [], BASE)
    (mark,) = face_marks([track], BASE)
    place = place_of("a", mark.start, mark.end, RATE, mark.value["boxes"], "ANNA")
    assert is_at(track.samples, place, BASE)
    assert names_at([track], BASE, [place]) == {0: "ANNA"}
    for start, x in ((100, 0.7), (400, 0.4)):
        assert not is_at(sighting(start, 50, x, vector, 3).samples, place, BASE)
    finer = [sample._replace(tick=sample.tick * 960) for sample in track.samples]
    assert is_at(finer, place, Fraction(1, 24000)), "places do not hang on the stream's time base"


def test_people_toml_is_read_as_it_was_written(tmp_path: Path) -> None:
    boxes = [[0, 0.1, 0.2, 0.3, 0.4], [30, 0.15, 0.2, 0.3, 0.4]]
    place = place_of("a" * 64, 0, 60, Fraction(24000, 1001), boxes, 'Zoë "Z" Ort\\ega')
    held = read_people(tmp_path)
    assert held.named == held.withheld == ()
    write_people(tmp_path, type(held)(named=(place,), withheld=(place_of("b", 1, 2, RATE, boxes),)))
    again = read_people(tmp_path)
    assert again.named == (place,)
    assert again.withheld[0].name == ""
    write_people(tmp_path, type(held)())
    assert not (tmp_path / "people.toml").exists()


@pytest.mark.parametrize(
    "text",
    [
        "[[person]]\nname = 1\n",
        'nobody = "x"\n',
        '[[person]]\nname = "A"\nasset = "a"\nrange = "5 .. 1 @ 25"\nboxes = []\n',
        '[[withheld]]\nasset = "a"\nrange = "0 .. 1 @ 25/0"\nboxes = []\n',
        '[[withheld]]\nasset = "a"\nrange = "0 .. 1 @ 25"\nboxes = [[1, 2]]\n',
        "[[person",
    ],
)
def test_a_people_toml_that_is_none_is_refused_with_its_place(tmp_path: Path, text: str) -> None:
    (tmp_path / "people.toml").write_text(text)
    with pytest.raises(StoreError) as refused:
        read_people(tmp_path)
    assert refused.value.code == "AP-STORE-040" and refused.value.at


class Film:
    """A production whose two files were logged: ANNA and BEN in the first, BEN in the second."""

    def __init__(self, folder: Path) -> None:
        consent = Settings(production=ProductionSettings(name="Film"), consent=ConsentSettings(faces=True))
        self.production = Production.create(folder, consent)
        random = np.random.default_rng(6)
        self.vectors = {
            (asset, name): likeness(name, 0.2, random)
            for asset, name in (("one", "ANNA"), ("one", "BEN"), ("two", "BEN"))
        }
        self.assets = {name: hash_bytes(name.encode()) for name in ("one", "two")}
        self.objects: dict[str, str] = {}
        with self.production.catalogue() as catalogue:
            self._log(catalogue, "one", [("ANNA", 0, 0.1, 77), ("BEN", 0, 0.6, 140)])
            self._log(catalogue, "two", [("BEN", 20, 0.4, 141)])
            people = to_json({"labels": {"one": {"0": "ANNA"}}, "vectors": "of ANNA"})
            self._run(catalogue, "faces_people", "people", {"people": people}, {})

    def _log(self, catalogue: Catalogue, name: str, faces: list[tuple[str, int, float, int]]) -> None:
        asset = self.assets[name]
        record = Asset(
            id=asset,
            name=f"{name}.mov",
            path=f"footage/{name}.mov",
            size=1,
            kind="picture",
            container="mov",
            streams=(),
        )
        catalogue.put_assets([record])
        sightings = [
            sighting(start, 50, x, self.vectors[name, who], shade, blink=start + 9)
            for who, start, x, shade in faces
        ]
        seen = to_bytes(sightings, BASE)
        tracks: list[FaceTrack] = face_tracks(sightings, [], BASE)
        labels = {number: who for number, (who, *_) in enumerate(faces)}
        written = {
            kind: Track(
                asset=asset, name=f"{kind}.1", rate=RATE, annotations=tuple(marks(tracks, BASE, labels))
            )
            for kind, marks in (("faces", face_marks), ("cues", cue_marks))
        }
        self._run(catalogue, "faces_seen", asset, {"faces_seen": seen}, {})
        self._run(catalogue, "faces", asset, {}, written)
        with VectorStore(self.production.state_dir / "vectors") as vectors:
            vectors.add(
                "faces@1",
                [
                    VectorRow(
                        asset, track_digest(written["faces"]), start * 10 + number, self.vectors[name, who]
                    )
                    for number, (who, start, _, _) in enumerate(faces)
                    if start
                ]
                + [
                    VectorRow(
                        asset, track_digest(written["faces"]), mark.start, self.vectors[name, mark.label]
                    )
                    for mark in written["faces"].annotations[:1]
                ],
            )

    def _run(
        self,
        catalogue: Catalogue,
        step: str,
        subject: str,
        made: dict[str, bytes],
        tracks: dict[str, Track],
    ) -> None:
        store = self.production.objects()
        digests = {name: store.put_bytes(data) for name, data in made.items()}
        self.objects |= {f"{step} {subject}": digest for digest in digests.values()}
        outputs = {name: Output("object", digest, len(made[name])) for name, digest in digests.items()}
        outputs |= {
            name: Output("track", track_digest(track), len(to_json(track))) for name, track in tracks.items()
        }
        key = hash_bytes(f"{step} {subject} {sorted(outputs)}".encode())
        provenance = Provenance(step=step, version=1, key=key)
        row = RunRow(key=key, step=step, version=1, subject=subject, provenance=provenance, outputs=outputs)
        catalogue.commit_run(row, tracks)

    def kept(self) -> bytes:
        """Every byte the production keeps of its own, beside its inputs."""
        root = self.production.root
        return b"\0".join(one.read_bytes() for one in sorted(root.rglob("*")) if one.is_file())

    def forget(self, person: str, asset: str | None = None) -> object:
        with (
            self.production.lock(),
            self.production.catalogue() as catalogue,
            VectorStore(self.production.state_dir / "vectors") as vectors,
        ):
            return forget_person(
                self.production.root, catalogue, self.production.objects(), vectors, person, asset=asset
            )


@pytest.fixture
def film(tmp_path: Path) -> Iterator[Film]:
    yield Film(tmp_path / "film")


def test_nothing_of_a_forgotten_person_is_left(film: Film) -> None:
    anna, seen = film.vectors["one", "ANNA"], film.objects[f"faces_seen {film.assets['one']}"]
    stored = (anna.astype(np.float64) / np.linalg.norm(anna.astype(np.float64))).astype(np.float32)
    with film.production.catalogue() as catalogue:
        name_person(film.production.root, catalogue, "ANNA", "ANNA-OF-THE-FERRY")
        name_person(film.production.root, catalogue, "ANNA-OF-THE-FERRY", "ANNA")
    assert b"ANNA" in film.kept() and stored.tobytes() in film.kept()
    assert film.production.objects().has(seen)

    went = film.forget("ANNA")
    assert (went.faces, went.cues, went.vectors) == (1, 2, 1)
    left = film.kept()
    assert b"ANNA" not in left
    assert b"OF-THE-FERRY" not in left
    assert stored.tobytes() not in left
    assert not film.production.objects().has(seen), "with it goes the picture"
    assert not film.production.objects().has(film.objects["faces_people people"])
    with film.production.catalogue() as catalogue:
        assert set(people_in(catalogue)) == {"BEN"}
        for asset in film.assets.values():
            cues = catalogue.current_track(asset, "cues.1")
            assert cues is not None and {one.value["person"] for one in cues.annotations} == {"BEN"}
        for sql in ("SELECT label FROM annotation", "SELECT term FROM moment_term"):
            assert "ANNA" not in {row[0].upper() for row in catalogue.rows(sql)}
        assert {one.name for one in catalogue.assets()} == {"one.mov", "two.mov"}


def test_the_others_stay_with_their_vectors_and_pictures(film: Film) -> None:
    film.forget("ANNA")
    ben = film.vectors["two", "BEN"]
    with VectorStore(film.production.state_dir / "vectors") as vectors:
        (hit,) = [one for one in vectors.search("faces@1", ben, 1)]
        assert hit.asset == film.assets["two"] and hit.score == pytest.approx(1, abs=1e-5)
    assert film.production.objects().has(film.objects[f"faces_seen {film.assets['two']}"])


def test_the_next_run_does_not_see_the_forgotten_face(film: Film) -> None:
    film.forget("ANNA")
    (place,) = read_people(film.production.root).withheld
    assert place.asset == film.assets["one"] and place.name == ""
    vector = likeness("ANNA", 0, np.random.default_rng(0))
    assert is_at(sighting(0, 50, 0.1, vector, 0).samples, place, BASE)
    assert not is_at(sighting(0, 50, 0.6, vector, 0).samples, place, BASE)


def test_forgetting_again_says_that_there_is_nobody(film: Film) -> None:
    film.forget("ANNA")
    with pytest.raises(UsageError) as refused:
        film.forget("ANNA")
    assert refused.value.code == "AP-USE-241"
    assert "BEN" in (refused.value.remedy or "")


def test_a_kill_between_file_and_catalogue_is_made_good_by_forgetting_again(film: Film) -> None:
    """The place is written first: a forgetting that was killed there still knows whom to forget."""
    people = read_people(film.production.root)
    with film.production.catalogue() as catalogue:
        ((track, mark),) = people_in(catalogue)["ANNA"]
    place = place_of(track.asset, mark.start, mark.end, track.rate, mark.value["boxes"])
    write_people(film.production.root, type(people)(withheld=(place,)))
    film.forget("ANNA")
    assert b"ANNA" not in film.kept()
    assert len(read_people(film.production.root).withheld) == 1


def test_one_file_can_be_meant(film: Film) -> None:
    went = film.forget("BEN", film.assets["two"])
    assert went.assets == (film.assets["two"],)
    with film.production.catalogue() as catalogue:
        assert {track.asset for track, _ in people_in(catalogue)["BEN"]} == {film.assets["one"]}


@pytest.mark.parametrize("name", ["", "  ", "person_9", "A\nB", "x" * 101])
def test_names_that_do_not_do_are_refused(film: Film, name: str) -> None:
    with film.production.catalogue() as catalogue, pytest.raises(AnswerprintError) as refused:
        name_person(film.production.root, catalogue, "ANNA", name)
    assert refused.value.code == "AP-USE-242"
