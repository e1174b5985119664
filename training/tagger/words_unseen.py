"""The writing of held-out scripts: no sentence, name, set or cue of it is used in training. All original."""

from __future__ import annotations

DIALOGUE = """
So this is where you've been hiding.
Madam, with respect, the {noun} doesn't belong to either of us.
Ask him. Go on, ask him who {past} the {noun}.
You never liked me, {name}. Say it.
I counted them twice. There were {number} {plural} and now there's one.
Fine. {Verb} it. See if I care.
Does your {relative} know you're here?
Every night I dream about that {noun}. Every night it's {adj}.
They don't make {plural} like that anymore.
Careful with the {noun}!
Absolutely not.
Tomorrow, then.
Once. A long time ago.
Guilty.
Sold!
Coffee's cold.
Who told you about the {place}?
Because your {relative} was a {role} and mine was a {adj} drunk.
I was {ing} when the call came in. I didn't even take my coat off.
Permission to {verb} the {noun}, sir.
Denied.
Roger. We have the {vehicle} in sight, over.
Let him go, {name}. He's {adj}.
Let me {verb} you something.
Was it worth it?
Were you ever going to tell me?
Has anybody {participle} the {noun} today?
Must be nice, having a {noun} like that.
Should I be worried?
Shall we?
My client will answer when he's ready, Detective {surname}.
In this town, a man who {past} a {noun} is a man who {past} everything.
With a {noun}? You must be joking.
With you, always.
For {number} months I {past} that {place} for you people. For what?
At {clock} the {vehicle} leaves. With us or without us.
By morning there won't be a {noun} left in the whole {place}.
Quit it.
Drive.
Easy, easy. Nobody's here to {verb} anybody.
Excuse me, miss, is this seat {participle}?
Pardon?
Say that again.
Louder. I want the {role} to hear it.
Stop {ing} and look at me.
Keep your hands where I can see them!
Next time you {verb} my {relative}, I'll {verb} you myself.
Funny. I was about to ask you the same thing.
Funny how a {noun} can ruin a perfectly {adj} day.
Too bad about the {noun}.
Whatever it is, the answer's no.
Wherever she went, she took the {noun} with her.
Unless you'd prefer to {verb} it yourself.
Suppose we {past} it. Suppose nobody ever {past} us.
He's got a {relative} in {place} and a {noun} he can't {verb}.
He'll talk. They all talk.
His {relative} bought him that {vehicle}. {number} thousand, cash.
She hums when she's lying. Always has.
Her eyes were {adj}. Like a {noun}.
These things take time, Mr. {surname}.
Those are mine.
That? That's just the {noun}.
Twenty-two {plural}, one {noun}. You do the math.
Some people {verb}. Other people clean up after.
Somebody's at the door.
Nothing a {noun} won't fix.
Hardly.
Probably.
Speaking.
Later, maybe.
Oh, for heaven's sake, {name}, it's only a {noun}.
Uh-huh. And the {noun}?
Mm. {Adj}.
Ha! I knew it. I knew you'd {verb} the {noun}.
Ow! That's my {adj} arm.
Bless you.
Cheers, everyone.
Welcome to {place}.
Goodbye, {name}.
Dad? Dad, wake up.
Mom says you can't.
Doctor, is he going to make it?
Officer, I can explain the {noun}.
Kid, you've got a lot to learn about {plural}.
Guys. Guys! Over here!
Yours or mine?
If it's {adj}, it's {adj}. We {verb} it anyway.
It just... {past}.
It'd kill him.
I'd like to report a stolen {noun}.
I couldn't {verb} it, so I {past} it.
I am not {adj}.
I used to know a {role} who kept {plural} in a {noun}.
I see {plural}. Everywhere I go, {plural}.
I suppose you want an apology.
We were {adj}. We were so {adj}.
We don't {verb} {plural} in this house.
What kind of {role} are you?
What happened to your {noun}?
When?
Where's the rest of it?
You can't {verb} what you never had.
You again.
You'd better {verb} that before he sees it.
You said {number}. This is {number}.
Your move, {surname}.
Our {relative} built this {place} with a {noun} and a prayer.
There goes my {noun}.
There you are! I've been {ing} for an hour.
The way I see it, you {past} me, I {past} you. We're even.
The last time I trusted a {role}, I woke up in {place}.
The {noun}! Get the {noun}!
An hour ago you couldn't {verb} a {noun}.
Another {noun}, please. Make it a {adj} one.
How come nobody {past} me?
How on earth did you {verb} it?
Don't be {adj}.
Don't.
Do as you're told.
Can't you?
Can you hear me?
""".strip().splitlines()

ACTION = """
{name} shoulders the {noun} and trudges into the {place}.
{name} fumbles for the {noun}. Gone.
{name} scowls.
{name} blinks. {Adj}.
{name} hesitates at the {noun2}, one hand on the {noun}.
{name} wades through {plural}, {ing}, until the {noun} gives way.
{name}, {adj}, hauls {himself} onto the {noun2}.
{name} leads {name} by the sleeve past a queue of {plural}.
{name} slumps. Whatever {he} hoped for, the {noun} isn't it.
{name} and the {role} exchange a glance.
{He} {v3} out a {noun}, {v3} it, {v3} it again.
{He} lets the {noun} go.
{He} is already halfway down the {place} before the {role} {vi3}.
{He} sets the {noun} on the {noun2} with great ceremony.
{His2} fingers find the {noun}.
{His2} breath fogs the {noun}.
They eat.
They race through the {place}, {plural} scattering before them.
Neither of them {vi}.
Stillness.
Blood on the {noun2}.
Footage, grainy: {plural}, a {vehicle}, {weather}.
Dawn creeps over {place}. Somewhere {sound}.
Night has fallen. {Weather} hammers the {vehicle}.
Steam. Tiles. A {role} with a {noun} over one shoulder.
Tableau: {plural} around a {adj} {noun}, all of them {ing}.
Upstairs, {sound}.
Below, {plural} swarm the {place}.
Beyond the {noun}, {weather} and the lights of {place}.
At the far end, almost lost among the {plural}, sits {NAME}, {age}, {ing} a {noun}.
At a {adj} {noun2}, {NAME} ({age}, {adj}) {v3} {plural} into neat piles.
Enter {NAME}: {age}, {adj}, a {noun} where {his} {noun} ought to be.
Meet {NAME}. {age}. {Adj}. Never {participle} anything in {his} life.
Someone has {participle} the {noun}. {name} traces the crack with a thumb.
Something {vi3} behind the {noun}.
Six {plural} and a {role} wait under the {noun}.
Several {plural} {vi} as the {vehicle} {vi3} by.
Dozens of {plural}, stacked like {plural}.
Each {noun} carries a number. {name} reads them under {his} breath.
Its {noun} is missing. In its place: {plural}.
The camera finds {name} among the {plural}.
The camera drifts across {plural}, {plural}, a {adj} {noun}, and settles on {name}.
The crowd {vi}.
The {vehicle} fishtails, clips a {noun} and {vi3} into the {place}.
The {role} shakes {his} head.
The {role} beckons. {name} doesn't budge.
The {adj} {noun} teeters... and holds.
The {noun} clatters to the {noun2}.
The {plural} have been {participle}, every one.
The last {noun} gutters out.
This {room} has seen better days. {Plural} peel from the walls.
That same {noun}, now {adj}, sits on {name}'s {noun2}.
Off {name}, {ing}.
Off the {noun}, rolling to a stop.
Hold on the {noun}.
Pull back to reveal {plural}, hundreds of them.
Pan across {plural} to {name}, {ing}.
Click. The {noun} goes dark.
KNOCK KNOCK. {name} reaches for the {noun}.
THUD. Dust sifts down onto the {noun2}.
A {NOUN} SHATTERS. Screams.
GUNFIRE tears through the {room}. {name} dives behind a {noun}.
Tires SQUEAL. {name} looks up just as the {vehicle} {vi3}.
Headlights. {name} ducks.
Applause. {name} bows {adv}.
Laughter from the {room}. {name} stiffens.
Static. Then {sound}.
With a grunt, {name} {v3} the {noun} off its hinges.
Across the {room}, {name} catches the {role}'s eye.
Near the {noun}, {plural} argue in low voices.
Against the {noun2}, half hidden by {plural}, leans a {adj} {noun}.
Under the {noun}: more {plural}.
After a moment {he} {vi3}.
Once the {plural} have gone, {name} {v3} the {noun} from its hook.
Until now, {he} hasn't noticed the {noun}.
Instead of answering, {name} {v3} {his} {noun}.
Whoever {past} here left in a hurry: {plural}, {plural}, a {noun} still warm.
Sunlight pours through {plural}.
Smoke. {Plural} lie where they fell.
Water drips onto the {noun}.
Snow on the {plural}. A {role} sweeps.
Time passes. {Plural} come and go.
Black screen. {Sound}.
Two {plural}, one {noun}. {name} chooses the {noun}.
Pleased with {himself}, {name} {v3} the {noun} on a {noun2}.
Exhausted, {name} sinks onto the {noun2}.
Unseen, the {role} {v3} the {noun} into {his} sleeve.
Half-asleep, {he} {v3} the {noun}.
Gone. All of it. {name} kneels among the {plural}.
Is {he} {ing}? Hard to tell.
What {he} sees: {plural}. Nothing but {plural}.
You can see the {place} from here. {name} isn't looking at it.
If {he} notices the {noun}, {he} gives no sign.
Painted on the {noun}: "{SURNAME} & SONS"
Caption: {PLACE}, {YEAR}.
""".strip().splitlines()

PARENTHETICAL = """
half to {himself}
deadpan
into the {noun}
aside
mimicking {name}
wearily
through tears
ignoring {him}
finally
hand over the {noun}
recites
yelling over the {noun}
with a look to {name}
{v3} {his} {noun}
genuinely {adj}
as the {noun} {vi3} behind {him} and the {plural} begin to {verb}
small voice
hangs up
out of breath
stops; listens
{ing} still
""".strip().splitlines()

SLOTS: dict[str, str] = {
    "name": """
        Beatrix Silas Hiro Camille Duncan Fatima Ezra Ingrid Lorenzo Pearl Quentin Rosalind Stellan
        Umberto Violet Xavier Yolanda Zeke Amara Bjorn Clementine Dexter Esperanza Giles Harriet Ismael
        Jules Katya Lachlan Moira Nikolai Ottilie Percival Saoirse Tobias
    """,
    "surname": """
        Abernathy Castellano Dubois Eriksen Fairweather Ghosh Hawthorne Ivanov Jessop Kowalski Lovelace
        Munro
    """,
    "noun": """
        harpoon|violin|ledger|telegram|parasol|chisel|lantern|accordion|compass|thermos|typewriter|
        hammock|umbrella|microphone|scalpel|trophy|locket|blueprint|stapler|grenade|laptop|syringe|urn|
        helmet|menu|helicopter|anchor|pistol|sandwich|wheelchair|drone|teacup|skateboard|passport|necklace
    """,
    "noun2": "workbench|gangway|sofa|pew|ledge|mattress|curb|deck|windscreen|stage|gurney|hearth|verandah",
    "plural": """
        barrels|gulls|commuters|orchids|statues|crates|moths|puddles|rifles|tourniquets|umbrellas|nuns|
        monitors|blueprints|oranges|mourners|sparks|lobsters|needles|cyclists|tickets|rocks
    """,
    "room": """
        laboratory|ballroom|pantry|cockpit|morgue|conservatory|boiler room|greenhouse|locker room|vault|
        staircase|newsroom|cloister|sauna|operating theatre|squash court
    """,
    "place": """
        quarry|Marseille|tundra|ferry terminal|canyon|Lagos|vineyard|racetrack|monastery|shipyard|lagoon|
        refinery|Old Town|observatory|golf course|archipelago
    """,
    "office": "coast guard|ministry|fraud squad|health department",
    "vehicle": "tractor|hearse|scooter|tram|snowplough|submarine|convertible|minivan|rickshaw",
    "role": """
        stewardess|bailiff|butcher|janitor|violinist|orderly|fisherman|croupier|bishop|paramedic|widow|
        sentry|landlord|usher|gardener
    """,
    "relative": "cousin|nephew|stepfather|grandson|aunt|fiancé|mum|dad|twin|godmother",
    "adj": """
        brittle|immaculate|feverish|sullen|gaudy|moth-eaten|furious|translucent|jovial|sunburnt|spotless|
        groggy|sour|magnificent|ancient|scarlet|hopeless|fragile|greasy|curious|ridiculous|numb|splendid|
        bleak
    """,
    "adv": """
        sheepishly|with a flourish|to no avail|upside down|in one motion|stiffly|a little too fast|
        under protest|sideways|politely|like a sleepwalker|once more|toward the exit
    """,
    "v3": """
        snatches|unscrews|cradles|smashes|pockets|inspects|swats|straightens|hurls|rinses|hoists|folds|
        salutes|drains|adjusts|unwraps|hammers|strokes|signs|peels
    """,
    "v": "snatch|unscrew|cradle|smash|inspect|hurl|hoist|fold|adjust|peel|circle",
    "vi3": """
        lurches|hovers|tiptoes|collapses|sprints|shivers|pivots|limps|topples|swerves|dissolves|glides|
        recoils|plummets|pauses|strides
    """,
    "vi": "lurch|hover|tiptoe|collapse|sprint|shiver|limp|disperse|retreat|cheer|mingle|loiter",
    "verb": """
        repair|swallow|auction|destroy|smuggle|betray|borrow|rescue|photograph|bury|translate|postpone|
        poison|return|inherit|paint|ruin|deliver
    """,
    "past": """
        repaired|swallowed|destroyed|smuggled|betrayed|borrowed|rescued|buried|poisoned|returned|painted|
        ruined|delivered|gave|wrote|owed
    """,
    "participle": """
        repaired|swallowed|destroyed|borrowed|rescued|buried|returned|painted|ruined|given|frozen|worn
    """,
    "ing": """
        juggling|weeping|knitting|sharpening|sketching|snoring|pacing|rowing|scribbling|shuffling|
        stitching|grinning|digging|coughing
    """,
    "sound": """
        a foghorn|church bells|hooves on cobbles|a kettle screaming|muffled applause|the whine of a drill|
        an accordion|rotor blades|dripping water|a lone trumpet
    """,
    "weather": "sleet|a hard frost|haze|blinding glare|a gale|hail|twilight|steam|a sandstorm",
    "lasttime": "in March|the night of the fire|at the funeral|an hour ago",
    "nexttime": "at sunrise|after the show|before the boat leaves",
    "weekday": "Wednesday|Easter|winter|evening",
    "clock": "quarter to eleven|sundown|nine thirty|19:20|first light",
    "number": "seven|nine|eleven|fifteen|sixty|eight hundred|16|75",
    "age": "17|28|45|mid-30s|late 60s|9|80",
    "language": "Portuguese|Danish|Yoruba|Japanese",
    "year": "1912|1955|1979|1999|2008|2030",
    "drink": "Brandy|Lemonade|Gin",
    "interjection": "ah|mm|ugh|heavens|blimey|nope|yep|alas|whoa",
}

ROLE_CUES = """
    STEWARDESS|BAILIFF|MAN ON PHONE|LADY {SURNAME}|COL. {SURNAME}|PROF. {SURNAME}|{NAME}'S FATHER|GIRL #3|
    LITTLE {NAME}|COMPUTER VOICE|INSPECTOR {SURNAME}|HENCHMAN ONE|SISTER {NAME}|{NAME}/{NAME}|THE WIDOW|
    UNCLE {NAME}|PARAMEDIC|REPORTER 2|{NAME} {SURNAME}|{SURNAME}|P.A. VOICE|TEENAGER|MISS {SURNAME}|
    LT. {SURNAME}|CHORUS|VOICE ON THE RADIO|AGENT {SURNAME}|MAYOR {SURNAME}
"""

SETS = """
    {SURNAME} MANSION|{SURNAME} MANSION, {ROOM}|THE {ROOM}|{NAME}'S FLAT|{PLACE}|{PLACE}, {ROOM}|
    CARGO {VEHICLE}|{VEHICLE} (TRAVELLING)|{SURNAME} INDUSTRIES - BOARDROOM|TENTH FLOOR CORRIDOR|
    {NAME}'S BOAT|EMBASSY - {ROOM}|HIGH STREET|{PLACE} - AERIAL|{NAME}'S DREAM|BUNKER 7|
    LITTLE {SURNAME} CAFÉ
"""

TIMES = """
    DAY|NIGHT|EARLY MORNING|LATE NIGHT|TWILIGHT|MIDDAY|SUNRISE|NIGHT - RAIN|DAY - 1955|SIMULTANEOUS|
    A WEEK LATER|CONT'D|NOON|DAY/NIGHT|PRESENT DAY
"""

TRANSITIONS = """
    CUT TO:|DISSOLVE TO:|WIPE TO:|FADE TO WHITE.|CUT TO BLACK:|SMASH TO:|FADE OUT:|INTERCUT:|
    FLASH CUT TO:|RIPPLE DISSOLVE TO:|SMASH TO BLACK.|IRIS OUT.|TIME DISSOLVE TO:|FADE IN.|MATCH CUT:|
    FADE UP ON:|CROSSFADE TO:
"""

SHOTS = """
    TIGHT ON {NOUN}|EXTREME CLOSE UP - {NAME}'S EYES|THROUGH BINOCULARS|{NAME} - CLOSE|OVERHEAD SHOT|
    CRANE SHOT - {PLACE}|INSERT - NEWSPAPER|MONTAGE: {NAME} AT WORK|RESUME SCENE|HIGH ANGLE - {PLACE}|
    LOW ANGLE|CLOSE SHOT - {NAME}|POV {NAME}|INTERCUT - {NAME} / {NAME}|CAMERA POV|DOLLY SHOT|
    END OF MONTAGE
"""

BARE_SETS = """
    {ROOM}|INSIDE|{NAME}'S FLAT|BACK AT THE {PLACE}|DOWN BELOW|HOURS LATER|THE {ROOM} DOOR|ELSEWHERE|
    AT THE {PLACE}|ON DECK|{NAME}
"""

RUN_ON = """
    ACROSS THE {PLACE},|{NAME}'S {NOUN}.|THE {ROLE},|BEHIND THE {NOUN2},|THE {VEHICLE}
"""

CAPS_ACTION = """
    THE {VEHICLE} PLUNGES INTO THE {PLACE}.|{NAME} SCREAMS.|KABOOM!|TOTAL DARKNESS.|A FLASH.|
    {NAME} GRABS THE {NOUN} AND JUMPS.|SMASH!|DEAD SILENCE.|THE {NOUN} IS GONE.|
    {PLURAL} RAIN FROM THE SKY.|GUNSHOTS. {NAME} DROPS.|THE {ROLE} TURNS. IT IS {NAME}.
"""

SONGS = """
    {plural} fall on {place} tonight|Row me over, {name}, row me over|Never trust a {adj} {noun}|
    Hey ho the {noun}, hey ho|I gave my {relative} a {noun} of gold
"""
