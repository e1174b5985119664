"""Words and line forms that tell a screenplay's elements apart, in a dozen languages."""

from __future__ import annotations

import re

# Which word belongs to which class; a line's counts by class are features. Closed classes only: what the
# trained weights say of them holds in scripts with any vocabulary.
_CLASSES: dict[str, str] = {
    "first": """
        i me my mine myself we us our ours i'm i'll i've i'd we're we'll we've we'd je moi mon ma mes
        nous notre j'ai ich mich mir mein meine wir uns unser yo mi mis nosotros nuestro conmigo io mio
        mia noi nostro eu meu minha nós jag mig min vi vår я меня мне мой моя мы нас нам наш ja mnie mój
        my
    """,
    "second": """
        you your yours yourself you're you'll you've you'd ya y'all thou thee tu te toi ton ta tes vous
        votre vos du dich dir dein deine ihr euch tú ti usted ustedes vosotros contigo voi você vocês dig
        ты тебя тебе твой вы вас вам ваш ty ciebie
    """,
    "third": """
        he she they him her them his their himself herself themselves il elle ils elles lui leur er sie
        ihm ihn él ella ellos ellas lei loro ele ela eles han hon они он она
    """,
    "article": """
        the a an le la les un une des der die das ein eine el los las una lo gli o os as um uma en ett
    """,
    "auxiliary": """
        don't can't won't didn't doesn't isn't wasn't aren't weren't couldn't wouldn't shouldn't haven't
        hasn't ain't that's it's there's what's who's where's let's he's she's they're gonna gotta wanna
        should would could might must will shall do did have am been
    """,
    "question": """
        what why who where when how which whose quoi pourquoi qui comment warum wer wo wie was qué quién
        cómo dónde perché chi come что почему кто где как когда vad varför
    """,
    "interjection": """
        oh hey yeah yes no okay ok well please sorry thanks thank hello hi goodbye god jesus damn hell
        huh uh um ah wow right sure maybe sir ma'am honey baby oui non merci ja nein danke sí gracias
        ciao grazie да нет спасибо tak nie listen wait shit fuck
    """,
    "think": """
        know think want need love hate mean believe remember guess suppose hope wish feel understand tell
        said told say come go get
    """,
    "spatial": """
        into onto across toward towards behind beneath beside through past along over under above below
        around from against between off up down out inside outside
    """,
    "camera": """
        camera angle shot close pov pan zoom tilt dolly frame screen reveal reveals beat silence music
        continues montage insert cut offscreen o.s b.g f.g background foreground we
    """,
    "motion": """
        walks runs turns looks stands sits enters exits opens closes takes picks moves steps stares
        watches smiles nods grabs pulls pushes puts holds starts stops sees hears falls leaves crosses
        hands drops reaches leans goes comes gets shakes throws hits lies waits appears begins continues
        follows approaches rises stares glances gestures raises lifts points shrugs sighs laughs climbs
        jumps drives slams
    """,
}
CLASS_NAMES = tuple(_CLASSES)
CLASS_OF: dict[str, int] = {
    word: at for at, listed in enumerate(_CLASSES.values()) for word in listed.split()
}

_TIMES = (
    r"DAY|NIGHT|MORNING|AFTERNOON|EVENING|DAWN|DUSK|NOON|MIDDAY|MIDNIGHT|SUNRISE|SUNSET|TWILIGHT"
    r"|MAGIC HOUR|LATER"
    r"|CONTINUOUS|CONT|CONT'D|SAME|MOMENT|FLASHBACK|PRESENT|RAIN|SIMULTANEOUS|\d{4}"
    r"|JOUR|NUIT|MATIN|SOIR|AUBE|TAG|NACHT|MORGEN|ABEND|DÍA|DIA|NOCHE|TARDE|NOITE|GIORNO|NOTTE|SERA"
    r"|ALBA|DAG|NATT"
    r"|ДЕНЬ|НОЧЬ|УТРО|ВЕЧЕР|DZIEŃ|NOC|DEN|GECE|GÜNDÜZ|YÖ|PÄIVÄ|DÍA"
)
TIME_WORDS = frozenset(re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)?", _TIMES))
ENDS_IN_TIME = re.compile(rf"(?:[-–—.,/(\s]|^)(?:{_TIMES})\b[\s\w'’./,()#:-]{{0,24}}$", re.IGNORECASE)

_PLACES = (
    r"INT|EXT|INTERIOR|EXTERIOR|I\s?/\s?E|E\s?/\s?I|EST|INTÉRIEUR|EXTÉRIEUR|INTERIEUR|EXTERIEUR|INNEN"
    r"|AUSSEN|AUßEN|INTERNO"
    r"|ESTERNO|ИНТ|НАТ|ЭКСТ|WN|PL|WNĘTRZE|PLENER|ΕΣΩΤ|ΕΞΩΤ|INTERIÖR|EXTERIÖR|SISÄ|ULKO|İÇ|DIŞ|内|外|内景|外景"
)
PLACE_FIRST = re.compile(
    rf"[.\[*_#]{{0,3}}\s?(?:{_PLACES})(?:\.?\s?/\s?(?:{_PLACES}))?(?:[.:\-/–]|\s)\s*\S", re.IGNORECASE
)
PLACE_INSIDE = re.compile(r"(?<![^\W_])(?:INT|EXT|INTERIOR|EXTERIOR|INNEN|AUSSEN|I/E|ИНТ|НАТ)[.\s/:-]")
SEPARATOR = re.compile(r"\S\s+[-–—]{1,2}\s+\S|\S\s/\s\S")
NUMBER_FIRST = re.compile(r"(?P<number>[A-Z]{0,2}\d{1,4}[A-Z]{0,2})(?P<mark>[.)]|)(?P<gap>\s+)(?=[^\s\d])")
NUMBER_LAST = re.compile(r"\s(?P<number>[A-Z]{0,2}\d{1,4}[A-Z]{0,2})\.?\s*$")
PAGE_NUMBER = re.compile(
    r"(?:[-–(]?\s*(?:page|pg|p|seite|pagina|página|стр)?\.?\s*\d{1,4}[A-Z]?\s*[-–).]*"
    r"|(?P<pair>[A-Z]?\d{1,4}[A-Z]?)\s+(?P=pair)|[ivxlc]{1,6}\.?)$",
    re.IGNORECASE,
)

TRANSITION = re.compile(
    r"(?:>\s*)?(?:(?:[A-ZÀ-Þ'’]+ ){0,2}(?:CUT|FADE|DISSOLVE|WIPE|IRIS|SMASH|CROSSFADE|INTERCUT)\b(?!\S)"
    r"|(?:FADE|CUT|SMASH|DISSOLVE|WIPE|IRIS)[ -]|FONDU|COUPE|SCHNITT|BLENDE|AUFBLENDE|ABBLENDE|CORTE|FUNDIDO"
    r"|DISSOLVENZA|STACCO|ЗТМ|ИЗ ЗТМ|СМЕНА|OVER BLACK|BACK TO:|LAP DISSOLVE|TIME CUT|FLASH CUT)",
    re.IGNORECASE,
)
TO_COLON = re.compile(r"\b(?:TO|ON|WITH|CUT|IN|OUT|BLACK|WHITE|UP)\s?[:.]\s*$", re.IGNORECASE)
SHOT = re.compile(
    r"(?:(?:EXTREME |ANOTHER |NEW |REVERSE |CLOSER |WIDER |HIGH |LOW |MED(?:IUM)?\.? |LONG |FULL |WIDE "
    r"|TIGHT |TWO |MOVING "
    r"|TRACKING |AERIAL |OVERHEAD |CRANE |DOLLY |CLOSE )*(?:ANGLE|CLOSE|CLOSEUP|CLOSE-UP|CLOSE UP"
    r"|INSERT|POV|P\.O\.V|SHOT|CU|ECU"
    r"|MONTAGE|SERIES OF|WIDER|TIGHT ON|INTERCUT|ON|BACK TO|RESUME|THROUGH|UNDERWATER|BEGIN|END)\b)",
    re.IGNORECASE,
)
VIEW = re.compile(r"(?:\bPOV\b|P\.O\.V|\bANGLE\b|\bSHOT\b|\bCLOSE\b|\bMONTAGE\b|\bSCENE\b)", re.IGNORECASE)
FURNITURE = re.compile(
    r"(?:[A-Z]{0,2}\d{0,4}[A-Z]{0,2}\s*\(?(?P<continued>CONTINUED|CONT(?:['’]?D)?|FORTSETZUNG|SUITE"
    r"|CONTINÚA)\b\.?:?\)?[\s\d():A-Z]{0,12}$"
    r"|(?P<more>\(\s*(?:MORE|more|More|SUITE|à suivre|MÁS|MEHR|WEITER|ДАЛЕЕ)\s*\)$|MORE$))"
)
OMITTED = re.compile(r"(?:[A-Z]{0,2}\d{0,4}[A-Z]{0,2}\s*)?(?:SCENES? )?(?:OMIT(?:TED)?)\b", re.IGNORECASE)
ACT = re.compile(
    r"(?:END (?:OF )?)?(?:ACT|TEASER|TAG|COLD OPEN|PART|CHAPTER|EPISODE|PROLOGUE|EPILOGUE|AKT|ACTE"
    r"|ACTO)\b(?:\s+\S+)?"
    r"(?:\s+\S+)?\s*$"
    r"|(?:-\s*)?(?:THE )?END\b[\s.\-]*$|END OF (?:SHOW|EPISODE|FILM|SCRIPT|PILOT)|FIN\.?$|ENDE\.?$|КОНЕЦ",
    re.IGNORECASE,
)
CREDIT = re.compile(
    r"(?:(?:screen|tele)?play|story|written|adapted|revis\w+|directed|produced|created|based"
    r"|transcribed|original\b.{0,24})?\s*"
    r"\b(?:by|on|von|par|de|di)\b|\bdraft\b|copyright|©|\(c\)|all rights|registered|wga|contact|episode"
    r"|pilot|@|www\.|http"
    r"|production|screenplay|inc\.|pictures|agency|suite \d|street|\bca 9|confidential|property of"
    r"|cast\b|characters",
    re.IGNORECASE,
)
DATE = re.compile(
    r"\b\d{1,2}\s?[/.-]\s?\d{1,2}\s?[/.-]\s?\d{2,4}\b|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov"
    r"|dec)[a-z]*\.?"
    r"\s+(?:\d{1,2},?\s+)?(?:19|20)\d\d\b",
    re.IGNORECASE,
)
REVISION = re.compile(
    r"\brev(?:\.|ised|isions?)?\b|\b(?:white|blue|pink|yellow|green|goldenrod|buff|salmon|cherry|tan)\b.{0,4}"
    r"(?:\brev|\(|\d|draft|pages)|shooting script|\bdraft\b",
    re.IGNORECASE,
)
EXTENSION = re.compile(
    r"\(\s*(?:V\.?\s?O\.?|O\.?\s?S\.?|O\.?\s?C\.?|CONT[’'`]?D\.?|CONT\.?|CONTINU\w+|OFF|HORS CHAMP|VOIX"
    r"|VOZ|FUERA|F\.?C\.?|ЗК|filtered|ON [A-Z]+"
    r"|PRE-?LAP|SUBTITLED?)\b",
    re.IGNORECASE,
)
NAME_COLON = re.compile(
    r"(?P<name>[^\W\d_a-z][^:：()\[\].?!]{0,28}?)\s*(?:[(（][^)）]{0,30}[)）])?\s*(?::\s+|：\s*)(?P<said>\S)"
)
NAME_STOP = re.compile(r"(?P<name>[A-ZÀ-Þ][A-ZÀ-Þ'’. -]{1,24}[A-ZÀ-Þ])\.\s+(?P<said>\S)")
SCENE_WORD = re.compile(r"(?:scene|sc\.|szene|bild|scène|escena|scena|сцена|第)\s*\d", re.IGNORECASE)
DIGIT = re.compile(r"\d")
TOKEN = re.compile(r"[^\W\d_]+(?:['’.][^\W\d_]+)*")
CUE_NAME = re.compile(r"\s*(?:\([^)]*\)?|:|\^|\*+)\s*$")
WEB_MARK = re.compile(r"</?(?:[bBiIuU]|pre|PRE|strong|em|center|font|br|p|div|span)\b[^<>]{0,80}>")
EMPHASIS = re.compile(r"</?[bBiIuU]>|\*{1,3}|(?<![^\W_])_|_(?![^\W_])")
