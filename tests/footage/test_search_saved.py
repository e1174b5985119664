"""searches.toml is people's: it survives, it is added to, and nothing in it is changed unasked."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from logged_moments import production_with

from answerprint.core.errors import FootageError, UsageError
from answerprint.departments.footage.search.saved import (
    FILE,
    Chosen,
    SavedSearch,
    add_to_bin,
    numbers_of,
    read_searches,
    save_search,
    take_from_bin,
)
from answerprint.store.production import Production

QUERY = '"the ferry" speaker:ANNA laughs within 2s -"a \\ b" é'


@pytest.fixture
def film(tmp_path: Path) -> Production:
    return production_with(tmp_path / "film", {})


def chosen(number: int, name: str = "best") -> Chosen:
    return Chosen(name=name, asset=f"{number:064x}", clip="A.mov", start=f"{number}/24", end="1001/24")


def test_a_search_comes_back_as_it_was_typed(film: Production) -> None:
    save_search(film, "boats", QUERY)
    assert read_searches(film).named("boats") == SavedSearch(name="boats", query=QUERY)


def test_it_survives_the_deletion_of_the_catalogue(film: Production) -> None:
    save_search(film, "boats", QUERY)
    add_to_bin(film, [chosen(1)])
    shutil.rmtree(film.state_dir)
    again = Production.open(film.root)
    assert read_searches(again).named("boats").query == QUERY
    assert read_searches(again).in_bin("best") == (chosen(1),)


def test_another_query_of_the_name_is_never_written_over_unasked(film: Production) -> None:
    save_search(film, "boats", "ferry")
    save_search(film, "boats", "ferry")  # the same is no other
    with pytest.raises(UsageError) as refused:
        save_search(film, "boats", "canoe")
    assert refused.value.code == "AP-USE-333"
    assert read_searches(film).named("boats").query == "ferry"
    save_search(film, "boats", "canoe", force=True)
    assert [one.query for one in read_searches(film).search] == ["canoe"]


def test_what_a_person_wrote_into_the_file_stays(film: Production) -> None:
    file = film.root / FILE
    file.write_text('# for the trailer\n[[search]]\nname = "mine"   # by hand\nquery = "smile"\n')
    save_search(film, "boats", "ferry")
    add_to_bin(film, [chosen(1)])
    text = file.read_text()
    assert text.startswith('# for the trailer\n[[search]]\nname = "mine"   # by hand\n')
    assert [one.name for one in read_searches(film).search] == ["mine", "boats"]


def test_a_moment_is_in_a_bin_once(film: Production) -> None:
    assert add_to_bin(film, [chosen(1), chosen(2)]) == 2
    assert add_to_bin(film, [chosen(2), chosen(3)]) == 1
    assert add_to_bin(film, [chosen(2, "other")]) == 1
    assert take_from_bin(film, "best", [1, 3]) == 1
    assert read_searches(film).in_bin("best") == (chosen(2),)
    assert read_searches(film).in_bin("other") == (chosen(2, "other"),)


@pytest.mark.parametrize(
    "text",
    [
        "not toml [",
        "[[search]]\nname = 3\n",
        '[[search]]\nname = "x"\n',
        '[[bin]]\nname = "x"\nasset = "a"\nclip = "c"\nstart = "1.5"\nend = "2/1"\n',
        '[[bin]]\nname = "x"\nasset = "a"\nclip = "c"\nstart = "1/0"\nend = "2/1"\n',
        '[[bin]]\nname = "x"\nasset = "a"\nclip = "c"\nstart = "3/1"\nend = "2/1"\n',
        'stray = "x"\n',
        "\xff\xfe",
    ],
)
def test_a_file_that_cannot_be_read_is_left_as_it_is(film: Production, text: str) -> None:
    file = film.root / FILE
    file.write_bytes(text.encode("latin-1"))
    before = file.read_bytes()
    for change in (lambda: save_search(film, "a", "b"), lambda: add_to_bin(film, [chosen(1)])):
        with pytest.raises(FootageError) as refused:
            change()
        assert refused.value.code == "AP-FOOTAGE-330"
    assert file.read_bytes() == before


def test_numbers_as_people_write_them() -> None:
    assert numbers_of("1,3") == [1, 3]
    assert numbers_of("2-4, 3") == [2, 3, 4]
    for text in ("", "a", "1,,2", "1-", "-1"):
        with pytest.raises(UsageError):
            numbers_of(text)
