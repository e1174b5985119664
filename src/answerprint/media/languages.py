"""The three letters (ISO 639-2/T) in which MP4 and QuickTime files name a language."""

from __future__ import annotations

import re

# ISO 639-1 → ISO 639-2/T, the Library of Congress' table: the languages most spoken and most subtitled.
_THREE_LETTERS = {
    "af": "afr", "ar": "ara", "be": "bel", "bg": "bul", "bn": "ben", "bs": "bos", "ca": "cat", "cs": "ces",
    "cy": "cym", "da": "dan", "de": "deu", "el": "ell", "en": "eng", "es": "spa", "et": "est", "eu": "eus",
    "fa": "fas", "fi": "fin", "fr": "fra", "ga": "gle", "gl": "glg", "gu": "guj", "he": "heb", "hi": "hin",
    "hr": "hrv", "hu": "hun", "hy": "hye", "id": "ind", "is": "isl", "it": "ita", "ja": "jpn", "ka": "kat",
    "kk": "kaz", "km": "khm", "kn": "kan", "ko": "kor", "lt": "lit", "lv": "lav", "mk": "mkd", "ml": "mal",
    "mn": "mon", "mr": "mar", "ms": "msa", "mt": "mlt", "my": "mya", "nb": "nob", "ne": "nep", "nl": "nld",
    "nn": "nno", "no": "nor", "pa": "pan", "pl": "pol", "pt": "por", "ro": "ron", "ru": "rus", "si": "sin",
    "sk": "slk", "sl": "slv", "sq": "sqi", "sr": "srp", "sv": "swe", "sw": "swa", "ta": "tam", "te": "tel",
    "th": "tha", "tl": "tgl", "tr": "tur", "uk": "ukr", "ur": "urd", "uz": "uzb", "vi": "vie", "xh": "xho",
    "yi": "yid", "zh": "zho", "zu": "zul",
}  # fmt: skip


def iso_639_2(language: str) -> str:
    """`eng` for `en`, `en-US` or `eng`; `und` for a language without three letters here."""
    primary = re.split(r"[-_]", language.strip().lower())[0]
    if re.fullmatch(r"[a-z]{3}", primary):
        return primary
    return _THREE_LETTERS.get(primary, "und")
