"""Lines found in takes as they are shot: begun again, in noise, and expected by the order of the script."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from answerprint.departments.footage.speech.alignment import AlignedWord
from answerprint.departments.footage.speech.echoes import echoes
from answerprint.departments.footage.speech.placing import placed
from answerprint.departments.footage.speech.quietening import over_noise, quietened
from answerprint.departments.footage.speech.readings import Heard, lay_along, within
from answerprint.departments.footage.speech.recogniser import HeardWord
from answerprint.formats.screenplays.model import spoken_words

RATE = 16_000
WORD = RATE * 3 // 10
SCRIPT = {
    "a": spoken_words("The last boat left an hour ago."),
    "b": spoken_words("And the ferry?"),
    "c": spoken_words("Nobody has seen the captain since the storm."),
    "d": spoken_words("Close the window before the rain comes in."),
}


class SoundOfWords:
    """An aligner of a recording whose every word is known: words that are said there fit well."""

    def __init__(self, said: Sequence[HeardWord]) -> None:
        self._said = said
        self.total = 0.0

    def align(self, samples: np.ndarray, words: Sequence[str], start: int = 0) -> list[AlignedWord]:
        here = [one for one in self._said if start <= one.start_sample < start + len(samples)]
        if not here:
            return []
        edges = np.linspace(here[0].start_sample, here[-1].end_sample, len(words) + 1).astype(int).tolist()
        true = [one.text for one in here]
        fits = [-2.0 if list(words) == true or word in true else -5.0 for word in words]
        self.total = sum(fit * (b - a) / 160 for fit, a, b in zip(fits, edges[:-1], edges[1:], strict=True))
        return [AlignedWord(word, edges[at], edges[at + 1], fits[at], at) for at, word in enumerate(words)]


def say(text: str, at: int, fit: float = -2.0) -> list[HeardWord]:
    return [
        HeardWord(word, at + n * WORD, at + (n + 1) * WORD, fit) for n, word in enumerate(spoken_words(text))
    ]


def laid(words: Sequence[HeardWord]) -> Heard:
    return lay_along(words, list(SCRIPT), list(SCRIPT.values()))


def found(heard: Heard) -> list[tuple[str, float]]:
    return [(one.line_key, one.completeness) for one in heard.readings]


@pytest.mark.parametrize("pause", [RATE // 2, 3 * RATE])
def test_a_line_stopped_and_begun_again_is_read_once_in_part_and_once_whole(pause: int) -> None:
    start = say("nobody has seen the captain", RATE)
    again = say(" ".join(SCRIPT["c"]), start[-1].end_sample + pause)
    assert found(laid([*start, *again])) == [("c", 0.625), ("c", 1.0)]


def test_words_said_again_without_a_stop_are_a_slip_of_one_reading() -> None:
    (reading,) = laid(say("nobody has nobody has seen the captain since the storm", RATE)).readings
    assert [word.kind for word in reading.words].count("repeated") == 2


def test_a_pause_for_thought_leaves_one_reading() -> None:
    start = say("nobody has seen the captain", RATE)
    rest = say("since the storm", start[-1].end_sample + RATE * 9 // 10)
    assert found(laid([*start, *rest])) == [("c", 1.0)]


def test_other_talk_after_a_breath_stands_for_no_word_of_the_line() -> None:
    start = say("nobody has seen the captain", RATE)
    talk = say("please turn that off", start[-1].end_sample + RATE // 3)
    heard = laid([*start, *talk])
    assert found(heard) == [("c", 0.625)]
    assert [one.draft for one in heard.offscript] == ["please turn that off"]


def test_words_end_where_the_voice_does() -> None:
    (word,) = within([HeardWord("ago", 900, 9000, -2.0)], [(1000, 3000), (8900, 12000)])
    assert (word.start_sample, word.end_sample) == (1000, 3000)
    outside = HeardWord("ago", 4000, 5000, -2.0)
    assert within([outside], [(1000, 3000)]) == [outside]


def expected(middle: str, heard_as: str) -> Heard:
    """Lines a and c, with something between that was heard as other words of the same number."""
    first = say(" ".join(SCRIPT["a"]), RATE)
    true = say(middle, first[-1].end_sample + RATE)
    last = say(" ".join(SCRIPT["c"]), true[-1].end_sample + RATE)
    misheard = [
        HeardWord(word, one.start_sample, one.end_sample, -4.0)
        for word, one in zip(spoken_words(heard_as), true, strict=True)
    ]
    voice = [(part[0].start_sample, part[-1].end_sample) for part in (first, true, last)]
    samples = np.zeros(last[-1].end_sample + RATE, np.int16)
    aligner = SoundOfWords([*first, *true, *last])
    return placed(samples, voice, laid([*first, *misheard, *last]), SCRIPT, aligner)  # type: ignore[arg-type]


def test_a_line_that_was_not_made_out_is_found_between_its_neighbours() -> None:
    heard = expected("and the ferry", "add a fairy")
    assert found(heard) == [("a", 1.0), ("b", 1.0), ("c", 1.0)]
    assert not heard.offscript
    assert heard.readings[1].confidence <= 0.5


def test_first_words_before_their_line_are_a_start_of_it() -> None:
    assert found(expected("nobody has seen", "no body scene")) == [("a", 1.0), ("c", 0.375), ("c", 1.0)]


def test_other_words_between_lines_stay_off_the_script() -> None:
    heard = expected("turn that off", "turn that off")
    assert found(heard) == [("a", 1.0), ("c", 1.0)]
    assert [one.draft for one in heard.offscript] == ["turn that off"]


def test_without_a_reading_nothing_is_expected() -> None:
    words = say("and the ferry", RATE, fit=-6.0)
    heard = laid(words)
    voice = [(words[0].start_sample, words[-1].end_sample)]
    assert placed(np.zeros(4 * RATE, np.int16), voice, heard, SCRIPT, SoundOfWords(words)) == heard  # type: ignore[arg-type]


def voice_in_noise(over: float, seconds: int = 12) -> tuple[np.ndarray, np.ndarray, list[tuple[int, int]]]:
    """Bursts of a tone of 300 Hz with its overtones in white noise: the mixture, the tone, where it is."""
    at = np.arange(seconds * RATE) / RATE
    tone = sum(np.sin(2 * np.pi * 300 * n * at) / n for n in range(1, 6))
    tone = np.where((at % 2) < 0.8, tone, 0.0)
    tone *= 3000 / np.sqrt(np.mean(tone[tone != 0] ** 2))
    noise = np.random.default_rng(3).normal(0, 3000 / 10 ** (over / 20), len(at))
    voice = [(second * RATE, second * RATE + 4 * RATE // 5) for second in range(0, seconds, 2)]
    return np.round(tone + noise).astype(np.int16), tone, voice


@pytest.mark.parametrize("over", [3.0, 10.0, 25.0])
def test_how_far_the_voice_stands_over_the_place_is_measured(over: float) -> None:
    samples, _, voice = voice_in_noise(over)
    assert over_noise(samples, voice) == pytest.approx(over, abs=0.3)


def test_loud_noise_is_lowered_and_the_voice_kept() -> None:
    samples, tone, voice = voice_in_noise(6.0)
    clean = quietened(samples, voice)
    spoken = tone != 0
    before = np.mean((samples - tone)[~spoken] ** 2)
    after = np.mean(clean[~spoken].astype(float) ** 2)
    assert 10 * np.log10(before / after) > 8
    assert np.corrcoef(clean[spoken], tone[spoken])[0, 1] > np.corrcoef(samples[spoken], tone[spoken])[0, 1]


def test_sound_of_a_quiet_place_is_left_as_it_is() -> None:
    samples, _, voice = voice_in_noise(25.0)
    assert quietened(samples, voice) is samples
    assert quietened(samples, []) is samples


def babble(seed: int, syllables: int) -> np.ndarray:
    """Syllables of 0.2 s, each a buzz of 120 Hz through two resonances of its own."""
    dice = np.random.default_rng(seed)
    at = np.arange(RATE // 5) / RATE
    harmonics = np.arange(1, 60)[:, None] * 120
    parts = []
    for first, second in zip(
        dice.uniform(250, 900, syllables), dice.uniform(1000, 3500, syllables), strict=True
    ):
        weight = 1 / (1 + ((harmonics - first) / 80) ** 2) + 0.5 / (1 + ((harmonics - second) / 120) ** 2)
        parts.append((weight * np.sin(2 * np.pi * harmonics * at)).sum(axis=0))
    return np.concatenate(parts)


def recorded(*parts: np.ndarray) -> tuple[np.ndarray, list[int]]:
    """The parts in faint noise with half a second between, and where each begins (samples)."""
    starts, at = [], RATE
    sound = np.random.default_rng(5).normal(0, 5, RATE * 2 + sum(len(one) + RATE // 2 for one in parts))
    for one in parts:
        sound[at : at + len(one)] += 2000 * one
        starts.append(at)
        at += len(one) + RATE // 2
    return np.clip(sound, -32768, 32767).astype(np.int16), starts


def test_what_a_reading_begins_with_said_before_is_its_echo_and_other_words_are_none() -> None:
    line, *others = (babble(seed, 8) for seed in range(4))
    begun = line[: 3 * RATE // 5]
    samples, (start, *rest) = recorded(begun, *others, line)
    length = echoes(samples, (start, start + len(begun)), rest[-1], rest[:-1])
    assert length == pytest.approx(len(begun), abs=RATE // 10)
    other, (start, *rest) = recorded(babble(9, 3), *others, line)
    assert echoes(other, (start, start + len(begun)), rest[-1], rest[:-1]) is None


def test_an_echo_is_told_only_beside_other_readings() -> None:
    line = babble(0, 8)
    samples, (start, again) = recorded(line[: 3 * RATE // 5], line)
    assert echoes(samples, (start, start + 3 * RATE // 5), again, []) is None
