"""What was said, by pocketsphinx with the screenplay's lines as its language model and common words beside.

The acoustic model, dictionary and language model are those inside the pocketsphinx wheel (CMU Sphinx en-us).
A bigram model is written from the lines: the next word mostly, but also the same word again, a step back, a
leap ahead, and any word at all, so that repeated, dropped and foreign words are heard as what they are.
"""

from __future__ import annotations

import math
import tempfile
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pocketsphinx
from numpy.typing import NDArray

from answerprint.departments.footage.speech.pronouncing import pronounce

RATE = 16_000
FRAME = 160  # samples of a recogniser's frame
LONGEST = 25 * RATE  # one utterance at most: longer stretches are divided

COMMON_WORDS = 1500  # of the wheel's own language model, heard where the script is not followed
# Shares of what may follow a word of a line
NEXT = 0.70
AGAIN = 0.03  # the word itself once more
BACK = 0.05  # one to three words back, or to the start
AHEAD = 0.05  # one or two words left out
ANYWHERE = 0.10  # a breath inside a line begins an utterance anywhere in it
ANYTHING = 0.12  # any word at all
OF_SCRIPT = 0.3  # … of which so much goes to words of the script

LANGUAGE_WEIGHT = 6.5  # pocketsphinx's default
FREE_STATES = 2400  # states kept at a time in free dictation: half the time, the same words (measured)
SEARCHES = 3  # language models kept ready at a time
NOISE_WORDS = ("<s>", "</s>", "<sil>", "[")


@dataclass(frozen=True)
class HeardWord:
    """A word in [start_sample, end_sample). fit: log likelihood a frame against the likeliest sound of the
    model at that moment: 0 at best, about −2 where the word was said, −4 and less where it was not."""

    text: str
    start_sample: int
    end_sample: int
    fit: float


class Recogniser:
    """Hears with a set of lines in mind (each a sequence of case-folded words); none: free dictation.

    The same samples give the same words whatever was heard before.
    """

    def __init__(self, lines: Sequence[Sequence[str]] = ()) -> None:
        pocketsphinx.set_loglevel("FATAL")
        self._made = 0
        self._searches: dict[tuple[tuple[str, ...], ...], str] = {}  # building one takes half a second
        if lines:
            self._decoder = pocketsphinx.Decoder(lm=None, loglevel="FATAL", lw=LANGUAGE_WEIGHT)
            words = sorted({word for line in lines for word in line})
            for word in words:
                if self._decoder.lookup_word(word) is None:
                    self._decoder.add_word(word, pronounce(word, self._decoder.lookup_word), update=False)
            self.follow(lines)
        else:
            self._decoder = pocketsphinx.Decoder(loglevel="FATAL", maxhmmpf=FREE_STATES)
        self._logarithm = self._decoder.logmath

    def follow(self, lines: Sequence[Sequence[str]]) -> None:
        """From now on hear with these lines in mind: the ones given at first, or some of them."""
        key = tuple(tuple(line) for line in lines)
        name = self._searches.get(key)
        if name is None:
            self._made += 1
            name = f"lines {self._made}"
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "lines.arpa"
                path.write_text(line_model(lines, common_words()), encoding="utf-8")
                self._decoder.add_lm_file(name, str(path))
            self._searches[key] = name
            if len(self._searches) > SEARCHES:  # the first one, of all lines, is asked for every recording
                self._decoder.remove_search(self._searches.pop(list(self._searches)[1]))
        self._decoder.activate_search(name)

    def hear(self, samples: NDArray[np.int16], start: int = 0) -> list[HeardWord]:
        """The words of one utterance (n,) at 16 kHz; `start` is where its first sample lies."""
        if len(samples) < 10 * FRAME:
            return []
        self._decoder.reinit_feat()  # forgets the noise floor and the mean of what was heard before
        self._decoder.start_utt()
        self._decoder.process_raw(np.ascontiguousarray(samples, "<i2").tobytes(), full_utt=True)
        self._decoder.end_utt()
        heard: list[HeardWord] = []
        if self._decoder.hyp() is None:
            return heard
        for segment in self._decoder.seg():
            word = segment.word
            if word.startswith(NOISE_WORDS):
                continue
            frames = segment.end_frame - segment.start_frame + 1
            heard.append(
                HeardWord(
                    word.split("(")[0],
                    start + segment.start_frame * FRAME,
                    start + (segment.end_frame + 1) * FRAME,
                    self._log(segment.ascore) / frames,
                )
            )
        return heard

    def _log(self, likelihood: float) -> float:
        return math.log(likelihood) if likelihood > 0 else -745.0  # the smallest a double holds


def line_model(lines: Sequence[Sequence[str]], common: Mapping[str, float]) -> str:
    """An ARPA bigram model of the lines with `common` words (and their shares) to fall back on."""
    follows: dict[str, Counter[str]] = defaultdict(Counter)
    said: Counter[str] = Counter()
    for line in lines:
        said.update(line)
        _add(follows["<s>"], line[:1], NEXT)
        _add(follows["<s>"], line[1:3], AHEAD)
        _add(follows["<s>"], line, ANYWHERE)
        for place, word in enumerate(line):
            after = follows[word]
            _add(after, line[place + 1 : place + 2] or ["</s>"], NEXT)
            _add(after, [word], AGAIN)
            _add(after, [*line[max(0, place - 3) : place], line[0]], BACK)
            _add(after, [*line[place + 2 : place + 4], "</s>"], AHEAD)
    total_said = sum(said.values())
    unigram = {word: OF_SCRIPT * count / total_said for word, count in said.items()}
    for word, share in common.items():
        unigram[word] = unigram.get(word, 0.0) + (0.9 - OF_SCRIPT) * share
    unigram["</s>"] = 0.1
    text = ["\\data\\", f"ngram 1={len(unigram) + 1}"]
    bigrams: list[str] = []
    backoff: dict[str, float] = {}
    for word in sorted(follows):
        after = follows[word]
        whole = sum(after.values()) / (1 - ANYTHING)
        known = sum(unigram[next_] for next_ in after)
        backoff[word] = ANYTHING / max(1e-6, 1 - known)
        bigrams += [f"{math.log10(after[one] / whole):.5f} {word} {one}" for one in sorted(after)]
    text += [f"ngram 2={len(bigrams)}", "", "\\1-grams:"]
    text.append(f"-99 <s> {math.log10(backoff['<s>']):.5f}")
    for word in sorted(unigram):
        text.append(f"{math.log10(unigram[word]):.5f} {word} {math.log10(backoff.get(word, 1.0)):.5f}")
    return "\n".join([*text, "", "\\2-grams:", *bigrams, "", "\\end\\", ""])


def utterances(ranges: Sequence[tuple[int, int]], samples: int) -> list[tuple[int, int]]:
    """Voice ranges with air around them, the near ones joined, none longer than LONGEST."""
    air, near = RATE // 4, RATE * 6 // 10
    joined: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if joined and start - joined[-1][1] < near and end - joined[-1][0] <= LONGEST:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    spread: list[tuple[int, int]] = []
    for number, (start, end) in enumerate(joined):
        low = (joined[number - 1][1] + start) // 2 if number else 0
        high = (end + joined[number + 1][0]) // 2 if number + 1 < len(joined) else samples
        first, last = max(low, start - air, 0), min(high, end + air, samples)
        pieces = max(1, math.ceil((last - first) / LONGEST))
        edges = np.linspace(first, last, pieces + 1).astype(int).tolist()
        spread += [(a, b) for a, b in pairwise(edges) if b > a]
    return spread


def _add(counts: Counter[str], words: Sequence[str], share: float) -> None:
    for word in words:
        counts[word] += share / len(words)  # type: ignore[assignment]  # shares, not counts


@lru_cache(maxsize=1)
def common_words() -> Mapping[str, float]:
    """The commonest words of the wheel's model, with their shares of one."""
    decoder = pocketsphinx.Decoder(lm=None, loglevel="FATAL")
    model = pocketsphinx.NGramModel(
        decoder.config, decoder.logmath, pocketsphinx.get_model_path("en-us/en-us.lm.bin")
    )
    dictionary = Path(pocketsphinx.get_model_path("en-us/cmudict-en-us.dict"))
    words = {line.split(maxsplit=1)[0] for line in dictionary.read_text(encoding="utf-8").splitlines()}
    ranked = sorted((-model.prob([word]), word) for word in words if "(" not in word)
    top = [(word, decoder.logmath.exp(-cost)) for cost, word in ranked[:COMMON_WORDS]]
    whole = sum(share for _, share in top)
    return MappingProxyType({word: share / whole for word, share in top})
