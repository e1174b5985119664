"""Screenplays nobody wrote: Hypothesis strategies over every kind of element, with nasty words."""

from __future__ import annotations

import msgspec
from hypothesis import strategies as st

from answerprint.formats.screenplays.fdx_text import as_marked, letters_of, trimmed
from answerprint.formats.screenplays.headings import make_scene, number_scenes
from answerprint.formats.screenplays.model import Element, Screenplay

NASTY = ("&", "<b>", '"', "'", "]]>", "é", "ß", "Ж", "日本", "😀", "*", "_", "\\", "&amp;", "#1#", "--", "…")
PLAIN = ("She", "waits", "by", "the", "door", "KNIFE", "O'Neil", "10:30", "well-worn", "No.")
words = st.sampled_from(PLAIN + NASTY)
styles = st.sampled_from(((), (), (), ("bold",), ("italic",), ("underline",), ("bold", "underline")))


@st.composite
def phrases(draw: st.DrawFn, lines: int = 1) -> str:
    """Marked text of whole words, each in its style, so that every style has its place in Fountain."""
    said = []
    for _ in range(draw(st.integers(1, lines))):
        letters = []
        for at in range(draw(st.integers(1, 5))):
            letters += letters_of(" ") if at else []
            letters += letters_of(draw(words), **dict.fromkeys(draw(styles), True))
        said.append(as_marked(trimmed(letters, indent=False))[0])
    return "\n".join(said)


names = st.sampled_from(("ANNA", "OLD MAN", "DR. ŻUK", "R2", "MÜLLER & SON", "VOICE #2"))
extensions = st.sampled_from((None, None, "V.O.", "O.S.", "V.O., FILTERED"))
notes = st.lists(st.sampled_from(("check this", "cut?\nor keep", "<why> & how")), max_size=2)
bare = st.sampled_from(
    ("She waits.", "*Slowly* she turns.", "Smoke & mirrors.", "A _long_ way\ndown.", "日本 - NIGHT")
)


@st.composite
def speeches(draw: st.DrawFn, *, dual: bool = False) -> list[Element]:
    """A cue and what is said under it."""
    name, extension = draw(names), draw(extensions)
    cue = Element(kind="character", text=name, line=0, character=name, extension=extension, dual=dual)
    found = [cue]
    for kind in draw(st.sampled_from((("dialogue",), ("parenthetical", "dialogue"), ("lyric",)))):
        said = draw(phrases(lines=3 if kind == "dialogue" else 1))
        found.append(msgspec.structs.replace(cue, kind=kind, text=said))
    return found


@st.composite
def passages(draw: st.DrawFn) -> list[Element]:
    """What may stand between two headings."""
    which = draw(st.sampled_from(("action", "line", "speech", "dual", "page_break", "boneyard", "sung")))
    if which == "action":
        found = [Element(kind="action", text=draw(phrases(lines=3)), line=0)]
    elif which == "line":
        kind = draw(st.sampled_from(("transition", "centered", "section", "synopsis", "shot", "general")))
        depth = draw(st.integers(1, 6)) if kind == "section" else 0
        found = [Element(kind=kind, text=draw(phrases()), line=0, depth=depth)]
    elif which == "speech":
        found = draw(speeches())
    elif which == "dual":
        found = [*draw(speeches()), *draw(speeches(dual=True))]
    elif which == "sung":
        found = [Element(kind="lyric", text=draw(phrases()), line=0)]
    elif which == "boneyard":
        found = [Element(kind="boneyard", text="\nINT. CUT - DAY\n\n  gone & forgotten\n", line=0)]
    else:
        found = [Element(kind="page_break", text="", line=0)]
    return found + [Element(kind="note", text=text, line=0) for text in draw(notes)]


@st.composite
def screenplays(draw: st.DrawFn) -> Screenplay:
    """A whole screenplay, its first scene without a heading now and then."""
    scenes = []
    for at in range(draw(st.integers(1, 4))):
        headed = at > 0 or draw(st.booleans())
        number = draw(st.sampled_from(("", "", "12", "A12", "12A", "12AB", "101-3")))
        place = draw(st.sampled_from(("INT. KITCHEN - NIGHT", "EXT. CAFÉ & BAR - DAY", "THE SCOPE")))
        heading = Element(kind="heading", text=place, line=0) if headed else None
        elements = [one for part in draw(st.lists(passages(), max_size=5)) for one in part]
        if not headed and not elements:
            continue
        scene = make_scene(heading, tuple(elements))
        scenes.append(
            msgspec.structs.replace(scene, number=number, numbered=bool(number)) if headed else scene
        )
    keys = draw(st.lists(st.sampled_from(TITLE_KEYS), unique=True, max_size=6))
    values = st.sampled_from(
        ("Ann & Bo", "The Salt Road", "3 May 2026", "written by me", "a\nb", "Draft two")
    )
    return Screenplay(scenes=number_scenes(scenes)[0], title_page={key: draw(values) for key in keys})


TITLE_KEYS = ("Title", "Credit", "Author", "Source", "Draft date", "Copyright", "Contact", "Format", "Notes")


def facts(screenplay: Screenplay) -> list[tuple[object, ...]]:
    """Everything a person wrote, in order; not where it stood in a file."""
    return [
        fact
        for scene in screenplay.scenes
        for fact in (
            ("scene", scene.number if scene.numbered else "", scene.omitted),
            *(
                (
                    one.kind,
                    one.text,
                    one.character,
                    one.extension,
                    one.dual,
                    one.depth,
                    one.style,
                    one.revision,
                )
                for one in scene.elements
            ),
        )
    ]
