"""What fills the slots of the training scripts' sentences; names, sets, cues and songs. All original."""

from __future__ import annotations

from words_seen_sentences import ACTION, DIALOGUE, PARENTHETICAL

__all__ = ["ACTION", "DIALOGUE", "PARENTHETICAL", "SLOTS"]

SLOTS: dict[str, str] = {
    "name": """
        Anna Marcus Leo Ruth Tom Grace Felix Nora Sam Ivy Walter June Dominic Priya Hank Lena Oscar Mei
        Carla Theo Bess Jonah Rafael Simone Gus Odette Wes Ada Kit Magda Ray Yusuf Elena Burt Tess Milo
        Agnes Dev Frankie Lucille Cole Nadia Abe Petra Jack Maria Paul Linda David Susan Eddie Joanne
        Mike Karen Pete
    """,
    "surname": """
        Holloway Brandt Okafor Keane Lindqvist Marsh Pruitt Delgado Whitlock Sato Carver Boyle Renner
        Amato Finch Grady Novak Tully Vance Ostrander
    """,
    "noun": """
        lamp|suitcase|letter|gun|bottle|door|phone|ladder|photograph|coat|wrench|radio|candle|key|
        envelope|knife|map|camera|piano|rope|blanket|notebook|clock|glass|newspaper|cigarette|shovel|
        mirror|jacket|briefcase|ring|hat|box|chair|bicycle|kettle|flashlight|ticket|painting|window|tape|
        wallet|cup|dog|engine|badge|file|pen|bag|plate
    """,
    "noun2": """
        table|counter|floor|bed|desk|wall|stairs|bar|shelf|bench|doorway|window sill|hood|dashboard|
        railing
    """,
    "plural": """
        bottles|letters|boxes|candles|soldiers|children|lights|pigeons|suitcases|photographs|chairs|
        tourists|dancers|trucks|flowers|hands|papers|windows|glasses|boots|eyes|curtains|faces|wires|
        tools|dishes
    """,
    "room": """
        kitchen|bedroom|office|garage|hallway|basement|attic|lobby|diner|chapel|barn|workshop|bathroom|
        cell|living room|dining room|elevator|cabin|classroom|waiting room
    """,
    "place": """
        harbor|city|desert|station|highway|village|airport|market|cemetery|river|forest|beach|factory|
        hospital|stadium|suburbs|mountain road|border|parking lot|old quarter
    """,
    "office": "county police|insurance office|harbor board|bank|state bureau|gas company",
    "vehicle": "truck|sedan|bus|van|taxi|motorcycle|ambulance|pickup|train|limousine|boat|jeep",
    "role": """
        waitress|guard|driver|nurse|bartender|clerk|priest|officer|soldier|doctor|teacher|mechanic|boy|
        woman|old man|detective|neighbor|conductor|cook|lawyer
    """,
    "relative": "mother|father|sister|brother|wife|husband|uncle|grandmother|daughter|son|partner|boss",
    "adj": """
        old|dark|quiet|broken|empty|pale|nervous|tired|beautiful|cold|cheap|enormous|crooked|wet|drunk|
        sober|angry|gentle|rusty|yellow|blue|dusty|bright|thin|heavy|ragged|elegant|bored|terrified|crazy|
        stupid|wonderful|strange|serious|impossible|polite|hollow|lonely|ordinary|careful|filthy
    """,
    "adv": """
        slowly|carefully|quickly|in silence|at last|without looking|for a long time|gently|again|
        awkwardly|nervously|by accident|with both hands|as if asleep|one more time|hard|into the dark
    """,
    "v3": """
        takes|opens|closes|drops|studies|grabs|throws|lifts|hides|examines|pushes|pulls|lights|watches|
        kicks|finds|counts|wipes|holds up|puts down|picks up|hands over|tears open|ignores|follows|loads|
        unfolds|locks
    """,
    "v": "take|open|close|drop|study|grab|throw|lift|hide|examine|push|pull|watch|kick|carry|load|count",
    "vi3": """
        walks|runs|stops|turns|falls|waits|rises|crawls|staggers|leans|vanishes|flickers|rattles|shakes|
        hurries|stumbles|disappears|steps|climbs|slides|trembles|moves
    """,
    "vi": "walk|run|stop|turn|wait|stand|crawl|hurry|stumble|move|stare|drift|march|gather|scatter",
    "verb": """
        open|close|drop|find|sell|hide|take|break|burn|fix|leave|kill|help|follow|forget|explain|carry|
        move|lose|trust|call|keep|buy|wash|drive|touch|save|steal
    """,
    "past": """
        opened|closed|dropped|found|sold|hid|took|broke|burned|fixed|left|killed|helped|followed|forgot|
        carried|moved|lost|called|kept|bought|stole|saw|heard|made
    """,
    "participle": """
        opened|closed|found|sold|hidden|taken|broken|burned|fixed|left|forgotten|moved|lost|kept|bought|
        stolen|seen|told|written|slept
    """,
    "ing": """
        holding|carrying|watching|dragging|opening|counting|searching|eating|reading|smoking|cleaning|
        chasing|staring|whispering|polishing|packing|driving|waiting|breathing|humming
    """,
    "sound": """
        footsteps|a car horn|distant thunder|a baby crying|the creak of a floorboard|glass breaking|
        a dog barking|the hum of a refrigerator|sirens|a door closing|static|wind in the wires|
        a telephone ringing
    """,
    "weather": """
        rain|heavy snow|fog|bright sun|wind|a red sunset|thin morning light|moonlight|dust|heat|drizzle|
        lightning
    """,
    "drink": "Coffee|Tea|Water|Whiskey|A beer|Soup",
    "interjection": "oh|hey|well|yeah|okay|wow|huh|ah|right|sure|god|hell|yes|no|man|boy|look|listen",
    "lasttime": "last night|yesterday|on Tuesday|last week|when it happened|all this time|before",
    "nexttime": "tomorrow|tonight|in the morning|on Friday|later|next week|soon",
    "weekday": "Sunday|Monday|Friday|night|morning|summer|Christmas",
    "clock": "midnight|noon|six o'clock|three in the morning|half past nine|dawn|10:45",
    "number": "two|three|four|five|six|ten|twelve|twenty|fifty|a hundred|a thousand|8|40|300",
    "age": "19|24|31|38|40s|mid-50s|late 20s|62|12|70s|early 30s",
    "language": "French|Spanish|Russian|Mandarin|Polish|Arabic|Italian",
    "year": "1944|1968|1987|1994|2003|2019|2041",
}

ROLE_CUES = """
    WAITRESS|OLD MAN|COP #1|COP #2|NURSE|RADIO VOICE|DRIVER|THE STRANGER|MRS. {SURNAME}|MR. {SURNAME}|
    DR. {SURNAME}|SGT. {SURNAME}|{NAME}'S MOTHER|BOY|WOMAN IN RED|GUARD 2|MAN'S VOICE|{NAME} {SURNAME}|
    YOUNG {NAME}|BARTENDER|ANNOUNCER|CAPT. {SURNAME}|FATHER {SURNAME}|TAXI DRIVER|BOTH|ALL|CROWD|NARRATOR|
    {NAME} AND {NAME}|FIRST SOLDIER|SECOND SOLDIER|DET. {SURNAME}|BIG {NAME}|PILOT|OPERATOR|T.J.|
    {SURNAME}|{SURNAME}|AUNT {NAME}
"""

SETS = """
    {NAME}'S {ROOM}|{NAME}'S HOUSE|{ROOM}|{PLACE}|{SURNAME} HOUSE|{PLACE} - {ROOM}|{VEHICLE}|
    {NAME}'S {VEHICLE}|{SURNAME}'S {ROOM}|POLICE STATION|{SURNAME} & {SURNAME} - LOBBY|
    {ROOM}, {SURNAME} HOTEL|{ADJ} {ROOM}|{PLACE} / {ROOM}|ST. {NAME}'S CHURCH|APARTMENT 4B|
    THE {ADJ} {NOUN} BAR|{VEHICLE} (MOVING)|HOTEL - ROOM 212|ROUTE 9|{PLACE} OUTSKIRTS|
    {NAME} AND {NAME}'S APARTMENT|NEW YORK STREET|{SURNAME} FARM - BARN
"""

TIMES = """
    DAY|NIGHT|DAY|NIGHT|MORNING|EVENING|LATER|CONTINUOUS|DAWN|DUSK|AFTERNOON|MOMENTS LATER|SAME|
    NIGHT (FLASHBACK)|DAY (1962)|MAGIC HOUR|THE NEXT DAY|SUNSET|PRE-DAWN|SAME TIME|DAY 2|FLASHBACK
"""

TRANSITIONS = """
    CUT TO:|CUT TO:|CUT TO:|DISSOLVE TO:|FADE OUT.|FADE IN:|SMASH CUT TO:|FADE TO BLACK.|MATCH CUT TO:|
    FADE TO:|JUMP CUT TO:|CUT TO BLACK.|TIME CUT:|INTERCUT WITH:|FADE OUT|FADE IN|FADE UP:|SMASH CUT:|
    SLOW DISSOLVE TO:|QUICK CUT TO:|CUT BACK TO:|DISSOLVE TO|CUT TO|FADE IN ON:|HARD CUT TO:|
    MATCH DISSOLVE TO:|CUT TO: {SET}|BACK TO:|LAP DISSOLVE:
"""

SHOTS = """
    ANGLE ON {NAME}|CLOSE ON {NOUN}|CLOSE UP - {NOUN}|INSERT - {NOUN}|{NAME}'S POV|POV - {NAME}|
    BACK TO SCENE|ANOTHER ANGLE|WIDE SHOT - {PLACE}|INSERT: THE {NOUN}|ON {NAME}|CLOSE - {NAME}'S HANDS|
    ANGLE - {NOUN2}|REVERSE ANGLE|CLOSER ANGLE|NEW ANGLE|ECU - {NOUN}|LONG SHOT|MED. SHOT - {NAME}|
    TRACKING SHOT|TWO SHOT|BACK TO {NAME}|MOVING SHOT|ON THE {NOUN}|CLOSEUP {NAME}|INSERT TV SCREEN|
    SERIES OF SHOTS|MONTAGE|MONTAGE - {NAME} AND {NAME}|SERIES OF SHOTS:|BEGIN MONTAGE:|END MONTAGE|
    FULL SHOT - {ROOM}|UNDERWATER SHOT|AERIAL SHOT|WIDER|P.O.V. SHOT
"""

BARE_SETS = """
    THE {ROOM}|{NAME}'S {ROOM}|AT THE {NOUN2}|LATER|MOMENTS LATER|BY THE {VEHICLE}|UPSTAIRS|IN THE {ROOM}|
    ACROSS THE STREET|FRONT DOOR|THE {PLACE}|BACK IN THE {ROOM}|INSIDE THE {VEHICLE}|ON THE ROOF|OUTSIDE|
    {NAME}|{NAME} AND {NAME}|{NAME}, {ING} IN THE {ROOM}|BACK AT THE {PLACE}|INSIDE|THE {NOUN}|
    THE {PLURAL}|DOWN THE STREET,|OPENING TITLES|END CREDITS|MAIN TITLES|UNDER THE {NOUN},|TV SCREEN|ON TV
"""

RUN_ON = """
    THE {NOUN}.|THE {VEHICLE},|{NAME},|OUTSIDE,|INTO THE {ROOM}|A {ADJ} {VEHICLE} AND A {NOUN}.|
    {NAME} AND THE {ROLE}|UNDER THE {VEHICLE},|THE {ROLE}, {ING} IN THE {ROOM}.|IN THE {ROOM}|
    THE {NOUN} {V3} THE {NOUN2}|{NAME}'S FACE,
"""

CAPS_ACTION = """
    THE {NOUN} EXPLODES.|{NAME} FALLS.|SILENCE.|BOOM!|CRASH!|A SCREAM.|
    THE {VEHICLE} HITS THE {NOUN2} AND FLIPS.|{NAME} {V3} THE {NOUN}.|{SOUND}.|EVERYTHING STOPS.|
    {NAME} IS DEAD.|THE LIGHTS GO OUT.|WHAM!|{WEATHER}. {WEATHER}. {WEATHER}.|
    THE {ROLE} {V3} {NAME}. {NAME} {VI3}.|BANG! BANG! BANG!|BLACKNESS.|OVER BLACK.|
    ON THE SCREEN: A {NOUN} {VI3}.|CREDITS ROLL OVER {PLURAL}.
"""

SONGS = """
    {plural} in the {weather}, oh {name}|I left my {noun} by the {place}|And the {noun} goes {ing} home|
    La la la, {adj} {plural}|Take me down to the {place}|Oh my {adj} {noun}, where have you gone|
    {Ing} all night, {ing} all day|Sing me a {noun}, {name}
"""
