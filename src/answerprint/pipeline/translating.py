"""Subtitles in another language: by a model or a server of the user's, or as a draft by apertium."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec

from answerprint.core.errors import NotAvailableError, UsageError
from answerprint.departments.release.subtitling.checking import BREAKS, timed
from answerprint.departments.release.subtitling.fixing import Unfixable, fix
from answerprint.departments.release.subtitling.profiles import SubtitleRules
from answerprint.departments.release.subtitling.texts import flat, seen, two_speakers
from answerprint.formats.subtitles.model import Cue, SubtitleFile
from answerprint.pipeline.captioning import FALLBACK_RATE

BATCH = 30  # cues given at a time: what is said before and after helps
WAIT = 300  # seconds a server may take over them
THREE = {
    "en": "eng",
    "es": "spa",
    "fr": "fra",
    "ca": "cat",
    "pt": "por",
    "it": "ita",
    "gl": "glg",
    "eo": "epo",
}


@dataclass(frozen=True)
class Translator:
    """name: for people; draft: not to be used as it is; run: as many texts as it is given, one line each."""

    name: str
    draft: bool
    run: Callable[[Sequence[str]], list[str]]


class Translated(msgspec.Struct, frozen=True, kw_only=True):
    file: SubtitleFile
    rate: Fraction
    unfixable: tuple[Unfixable, ...]


def translated(
    file: SubtitleFile,
    to: str,
    translator: Translator,
    rules: SubtitleRules,
    rate: Fraction | None,
    tell: Callable[[float], None] = lambda done: None,
) -> Translated:
    """A file in another language: the same cues and speakers, its lines and times fitted to the rules.

    A line of a dialogue with dashes is translated by itself; markup stays where it holds a whole text, and
    goes where it held a word. Raises what the translator raises.
    """
    texts: list[str] = []
    counts: list[int] = []
    for cue in file.cues:
        lines = cue.text.split("\n") if two_speakers(cue.text) else [flat(cue.text)]
        texts += [seen(one) for one in lines]
        counts.append(len(lines))
    answers: list[str] = []
    for at in range(0, len(texts), BATCH):
        batch = texts[at : at + BATCH]
        made = translator.run(batch)
        if len(made) != len(batch):
            raise NotAvailableError(
                "AP-NEED-067",
                f"{translator.name} gave {len(made)} answers for {len(batch)} cues",
                remedy="try another model: nothing was written",
            )
        answers += made
        tell(min(1.0, (at + BATCH) / len(texts)))
    cues = []
    at = 0
    for cue, count in zip(file.cues, counts, strict=True):
        said = "\n".join(" ".join(one.split()) for one in answers[at : at + count])
        at += count
        cues.append(msgspec.structs.replace(cue, text=_marked(cue, said)))
    own = rate or file.rate or FALLBACK_RATE
    fitted = fix(timed(cues, own), rules, own, only=(*BREAKS, "reading-speed"))
    whole = tuple(
        msgspec.structs.replace(cues[origin - 1], text=one.text, range=_range(cues[origin - 1], one, own))
        for one, origin in zip(fitted.cues, fitted.origins, strict=True)
    )
    made_file = msgspec.structs.replace(file, cues=whole, language=to)
    return Translated(file=made_file, rate=own, unfixable=fitted.unfixable)


def chosen_translator(
    source: str, to: str, *, model: Path | None = None, endpoint: str = "", endpoint_model: str = ""
) -> Translator:
    """What translates here. Raises UsageError AP-USE-700 for a server without a model's name, and
    NotAvailableError AP-NEED-067 where there is nothing."""
    if model is not None:
        return _ctranslate2(model)
    if endpoint:
        if not endpoint_model or not re.match(r"https?://", endpoint):
            raise UsageError(
                "AP-USE-700",
                "a server is asked for a model",
                remedy="--endpoint http://… --endpoint-model NAME",
            )
        return Translator(
            endpoint_model, False, lambda texts: _asked(endpoint, endpoint_model, source, to, texts)
        )
    pair = f"{THREE.get(source, source)}-{THREE.get(to, to)}"
    program = shutil.which("apertium")
    pairs = (
        subprocess.run([program, "-l"], capture_output=True, text=True, timeout=60).stdout.split()
        if program
        else []
    )
    if program is None or pair not in pairs:
        has = f"apertium is here, without {pair}" if program else "no translator is here"
        raise NotAvailableError(
            "AP-NEED-067",
            f"{has}: nothing translates {source} to {to}",
            remedy="give --model (CTranslate2) or --endpoint, or install apertium with that pair for a draft",
        )
    return Translator(f"apertium {pair}", True, lambda texts: _apertium(program, pair, texts))


def _apertium(program: str, pair: str, texts: Sequence[str]) -> list[str]:
    made = []
    for text in texts:  # one by one: it joins lines as it likes
        run = subprocess.run(
            [program, "-u", pair], input=text, capture_output=True, text=True, timeout=60, check=False
        )
        if run.returncode:
            raise NotAvailableError(
                "AP-NEED-067", f"apertium failed: {run.stderr.strip()[:200]}", remedy="install its pair again"
            )
        made.append(run.stdout.strip())
    return made


def _asked(endpoint: str, model: str, source: str, to: str, texts: Sequence[str]) -> list[str]:
    """A chat completion of an OpenAI-compatible server: a JSON list in, a JSON list out."""
    asked = (
        f"Translate these subtitles from {source} to {to}. They are consecutive. Keep each as short as "
        "subtitles are. Answer with a JSON list of as many strings, and nothing else."
    )
    messages = [
        {"role": "system", "content": asked},
        {"role": "user", "content": json.dumps(list(texts), ensure_ascii=False)},
    ]
    body = json.dumps({"model": model, "temperature": 0, "messages": messages}).encode()
    request = urllib.request.Request(
        endpoint.rstrip("/") + "/chat/completions", body, {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=WAIT) as answer:
            document: Any = json.loads(answer.read(16 << 20))
        content = str(document["choices"][0]["message"]["content"])
        found = json.loads(content[content.index("[") : content.rindex("]") + 1])
    except (urllib.error.URLError, OSError, ValueError, KeyError, IndexError, TypeError) as error:
        raise NotAvailableError(
            "AP-NEED-067",
            f"the server gave no translation: {error}",
            remedy="check its address and model; nothing was written",
        ) from error
    return [str(one) for one in found]


def _ctranslate2(model: Path) -> Translator:
    try:
        import ctranslate2  # type: ignore[import-not-found,unused-ignore]
        import sentencepiece  # type: ignore[import-not-found,unused-ignore]
    except ImportError as error:
        raise NotAvailableError(
            "AP-NEED-067",
            f"CTranslate2 cannot be loaded: {error}",
            remedy="pip install ctranslate2 sentencepiece",
        ) from error
    pieces = sorted([*model.glob("*.spm"), *model.glob("*.model")])
    if not (model / "model.bin").is_file() or not pieces:
        raise NotAvailableError(
            "AP-NEED-067",
            "this is no CTranslate2 model with its SentencePiece model",
            file=str(model),
            remedy="give the folder that holds model.bin and source.spm",
        )
    reader = sentencepiece.SentencePieceProcessor(model_file=str(pieces[0]))
    writer = sentencepiece.SentencePieceProcessor(model_file=str(pieces[-1]))
    engine = ctranslate2.Translator(str(model), device="cpu")

    def run(texts: Sequence[str]) -> list[str]:
        tokens = [[*reader.encode(one, out_type=str), "</s>"] for one in texts]
        return [str(writer.decode(one.hypotheses[0])) for one in engine.translate_batch(tokens)]

    return Translator(model.name, False, run)


def _marked(cue: Cue, said: str) -> str:
    """The markup that held the whole text, around the new one."""
    whole = re.fullmatch(r"((?:<[ibu]>)+)(.*?)((?:</[ibu]>)+)", cue.text, re.DOTALL)
    if whole is None or re.search(r"</?[ibu]>", whole[2]):
        return said
    return f"{whole[1]}{said}{whole[3]}"


def _range(cue: Cue, one: Any, rate: Fraction) -> Any:
    from answerprint.core.time import Range

    same = (cue.range.start.frame(rate), cue.range.end.frame(rate)) == (one.start, one.end)
    return cue.range if same else Range.of_ticks(one.start, one.end, rate)
