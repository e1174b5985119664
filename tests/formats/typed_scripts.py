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


OVER_PAGES = """\
T|     FADE IN:
 |
S|1    EXT. HARBOR - NIGHT                                              1
 |
N|     Fog.  The bell on a buoy.  A freighter's lights, far out, going
N|     nowhere.
 |
C|                              VOICE (O.S.)
D|               You're early.
 |
N|     DELANEY doesn't turn around.
 |
C|                              DELANEY
E|                    (beat)
D|               I'm never early.  You're late by a
D|               year and a half.
 |
T|                                                       CUT TO:
 |
S|2    INT. DELANEY'S CAR - MOVING - NIGHT                              2
 |
N|     Wipers.  Delaney drives.  JUNE has a bandage on her hand.
 |
C|                              JUNE
D|               Did he have it?
 |
M|                                                       (CONTINUED)
 |
 |
M|                                                                   2.
 |
M|2    CONTINUED:                                                       2
 |
C|                              DELANEY
D|               Glove box.
 |
N|     She opens it.  Inside: a revolver, a road map, a child's mitten.
 |
S|     CLOSE ON THE MITTEN
 |
N|     Red wool, a hole in the thumb.
 |
S|     BACK TO SCENE
 |
N|     She puts it back.
 |
S|3    OMITTED                                                          3
 |
S|4    INT. MOTEL OFFICE - LATER                                        4
 |
N|     A CLERK asleep behind glass.  Delaney raps on it with his ring.
 |
C|                              CLERK
D|               We're full.
"""

BEFORE_AN_AUDIENCE = """\
M|COLD OPEN
 |
T|FADE IN:
 |
S|INT. BENNY'S KITCHEN - MORNING (DAY 1)
 |
N|BENNY STANDS AT THE STOVE IN A BATHROBE. SMOKE. HE FANS THE PAN WITH A
N|NEWSPAPER. LOU ENTERS, SNIFFS.
 |
C|                    LOU
 |
D|          Who died?
 |
C|                    BENNY
 |
D|          Breakfast.
 |
N|LOU TAKES THE PAN AND DROPS IT INTO THE SINK. IT HISSES.
 |
C|                    LOU
 |
D|          You know what I love about you?
 |
C|                    BENNY
 |
D|          My cooking?
 |
T|                                        DISSOLVE TO:
 |
M|END OF COLD OPEN
"""

NOTHING_BUT_LINES = """\
S|EXT. QUARRY - DAY
N|White dust on everything. A truck idles. PETRA jumps down from the cab with a clipboard.
C|PETRA
D|Who signed for this?
N|The foreman, OLLIE, shrugs.
C|OLLIE
D|Wasn't me. I don't sign things.
C|PETRA
E|(reading)
D|It says Ollie.
C|OLLIE
D|There's a lot of Ollies.
N|She looks around. There is nobody else in the quarry.
C|PETRA
D|Get in the truck.
S|INT. TRUCK - MOMENTS LATER
N|They drive in silence. Ollie looks at his boots.
C|OLLIE
D|How much trouble am I in?
C|PETRA
D|Depends. Can you swim?
T|CUT TO:
S|EXT. LAKE - NIGHT
N|Black water. The truck's headlights under it, still on.
"""

SMALL_LETTERS = """\
S|Scene 1. The kitchen. Evening.
 |
N|Granny is asleep in the chair. Tobias comes in through the window and knocks over the plant.
 |
C|Granny
D|Is that you, Tobias?
 |
C|Tobias
D|No.
 |
C|Granny
E|(without opening her eyes)
D|Then put the plant back, whoever you are.
 |
N|Tobias puts the plant back. He sits down on the floor.
 |
C|Tobias
D|How do you always know?
 |
S|Scene 2. The garden. The same evening.
 |
N|Rain. Tobias digs a hole with a soup spoon.
"""

STAGE = """\
M|ACT I
 |
S|SCENE 1
 |
N|[A railway waiting room. One bench. MR. PYM sits on it with a birdcage. Enter MISS ORR.]
 |
D|MISS ORR. Is this seat taken?
 |
D|MR. PYM. It's a bench, madam. Nobody takes it.
 |
N|[She sits. Pause.]
 |
D|MISS ORR. There's no bird in your cage.
 |
D|MR. PYM. So there isn't.
 |
D|MISS ORR. Was there one?
 |
D|MR. PYM. There was a reason to think so when I bought it.
 |
N|[The 4:15 goes through without stopping.]
"""

FRENCH = """\
S|1    INT. CUISINE - NUIT                                   1
 |
N|     Une bouilloire siffle. MARTHE, soixante ans, pose deux tasses
N|     sur la table, puis en retire une.
 |
C|                         MARTHE
E|                    (à la fenêtre)
D|               Tu avais dit neuf heures.
 |
N|     La porte s'ouvre. ÉTIENNE, trempé.
 |
C|                         ÉTIENNE
D|               J'ai dit que j'essaierais.
 |
T|                                             FONDU AU NOIR.
 |
S|2    EXT. ROUTE CÔTIÈRE - NUIT                             2
 |
N|     L'eau noire, là où passait la route.
 |
C|                         MARTHE (OFF)
D|               Assieds-toi. Le thé est froid.
"""

EXCERPT = """\
S|INT. HOUSE - DAY
 |
N|A clock ticks.
 |
C|ANNA
D|Yes.
"""

CHINESE = """\
S|1. 内景 咖啡馆 日
 |
N|小明坐在窗边，看着外面的雨。
 |
D|小红：你怎么还在这里？
 |
D|小明：我在等人。
 |
N|小红坐下来，把雨伞放在桌子下面。
 |
S|2. 外景 街道 夜
 |
N|雨停了。街灯亮起来。
 |
D|小明：走吧。
"""
