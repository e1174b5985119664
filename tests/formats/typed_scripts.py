"""Short scripts typed by hand in the conventions people use, every line with its tag."""

from __future__ import annotations

STANDARD = """\
T|FADE IN:
 |
S|INT. LIGHTHOUSE - KITCHEN - NIGHT
 |
N|A kettle on a gas ring. Rain against the glass. MARTHA, sixty, lays two
N|cups on the table and then puts one of them back.
 |
C|                      MARTHA
E|                (to the window)
D|          You said nine o'clock.
 |
N|The door opens. EWAN stands there, soaked, a paraffin lamp in his hand.
 |
C|                      EWAN
D|          I said I would try. The road is
D|          under water as far as the bridge.
 |
C|                      MARTHA
D|          Then how did you cross it?
 |
C|                      EWAN
E|                (setting down
E|                 the lamp)
D|          I didn't.
 |
N|She looks at the floor behind him. It is dry.
 |
T|                                                     CUT TO:
 |
S|EXT. COAST ROAD - CONTINUOUS
 |
N|Black water where the road was. A car's roof, just above it.
 |
C|                      MARTHA (V.O.)
D|          I'll get you a towel.
 |
M|                                                       2.
 |
S|INT. LIGHTHOUSE - LAMP ROOM - LATER
 |
N|Martha climbs the last steps. The great lamp turns.
 |
C|                      EWAN
D|          Don't light it. Please.
 |
C|                      MARTHA
D|          Why not?
"""

SETS_FIRST = """\
S|66. KITCHEN. INT. 1994
 |
N|Steam. ROSA stirs a pot that is bigger than she is.
 |
C|          ROSA
D|     Taste it.
 |
N|LUCA tastes it. His face.
 |
C|          LUCA
D|     It wants salt.
 |
S|67. YARD. EXT. 1994
 |
N|Rosa throws the spoon over the wall.
 |
C|          ROSA
D|     You want salt? There's your salt.
 |
S|68. KITCHEN. INT. LATER
 |
N|Luca eats alone.
"""

IN_CAPITALS = """\
S|INT. BUNKER - NIGHT
 |
N|THE LAMP SWINGS. DUST FALLS FROM THE CEILING. NOBODY MOVES.
 |
C|                    HARKER
D|          Was that ours?
 |
N|ANOTHER BLAST. THE RADIO DIES. HARKER DIVES UNDER THE TABLE AND
N|PULLS THE BOY AFTER HIM.
 |
C|                    BOY
D|          I don't think it was ours.
 |
N|THE DOOR BLOWS IN.
 |
C|                    HARKER
D|          Run!
 |
C|                    BOY
D|          Where to?
"""

FURNITURE = """\
M|                                                      14.
 |
M|14   CONTINUED:                                          14
 |
N|Nell counts the money again. It is all there, to the last penny.
 |
C|                      NELL
D|          It's too much. Nobody leaves this
D|          much behind by accident.
M|                      (MORE)
 |
M|THE LAST PENNY - Blue Rev. 3/4/98                     15.
 |
C|                      NELL (CONT'D)
D|          Somebody wants it found.
 |
N|She puts it back under the floor.
 |
M|                                               (CONTINUED)
 |
M|THE LAST PENNY - Blue Rev. 3/4/98                     16.
 |
M|14   CONTINUED: (2)                                      14
 |
C|                      OSKAR
D|          Then let's not find it.
"""

ONE_LINE = """\
S|INT. FERRY - DECK - DAY
 |
N|Gulls. Wind. Anna holds on to her hat.
 |
D|ANNA: Is that the island?
 |
D|PEER: That's a cloud. Give it an hour and I'll show you the
D|island.
 |
D|ANNA: You said that an hour ago.
 |
N|Peer looks at his watch. He takes it off and drops it in the sea.
 |
D|PEER: Now it's always an hour ago.
 |
D|ANNA: You're a strange man, Peer.
"""

CYRILLIC = """\
S|ИНТ. КУХНЯ - НОЧЬ
 |
N|Тихо. Марта ставит на стол две чашки.
 |
C|                    МАРТА
E|               (в окно)
D|          Ты сказал, в девять.
 |
N|Дверь открывается. На пороге Иван, мокрый до нитки.
 |
C|                    ИВАН
D|          Я сказал, что постараюсь.
 |
C|                    МАРТА
D|          Садись. Чай остыл.
 |
S|НАТ. ДОРОГА - НОЧЬ
 |
N|Чёрная вода там, где была дорога.
"""


def split(script: str) -> tuple[list[str], str]:
    """Lines, and the tags of those that are not blank."""
    rows = [row.partition("|") for row in script.splitlines()]
    return [text for _, _, text in rows], "".join(tag for tag, _, text in rows if text.strip())
