"""The writing that training scripts are made of: sentences with slots, and what fills them. All original.

A line is one alternative; `{slot}` is filled from the list of that name, `{Slot}` with a capital letter.
"""

from __future__ import annotations

DIALOGUE = """
I told you I {past} it.
You {past} the {noun}, didn't you?
Where were you {lasttime}?
I don't know what you're talking about.
What do you want from me, {name}?
{name}, listen to me.
We can't stay here.
We have to go. Now.
If you {verb} that {noun}, we're finished.
I never wanted the {noun}. I wanted you to stay.
Don't look at me like that.
You think I don't know that?
It's not about the {noun}. It never was.
I've been doing this for {number} years and I have never {participle} a {noun}.
Can I get you something? {drink}, maybe?
He said he'd call. He always says he'd call.
She's not coming back, {name}.
Tell them I'm on my way.
How long have you known?
Long enough.
Yes.
No.
What?
Why?
Who is it?
Nothing.
Never mind.
I'm sorry.
Me too.
Thanks.
Okay.
Okay, okay. I'll {verb} it.
Not yet.
You sure?
I'm sure.
Please.
{Interjection}, {name}.
{Interjection}. I had no idea.
{Interjection}, that's {adj}.
{Interjection}! You scared me.
That's my {noun}.
That's what I said.
My {relative} used to {verb} every {weekday}.
My {relative} kept one just like it in the {room}.
Your {relative} would be ashamed of you.
You remember my {relative}?
It was {adj} when we bought it.
I thought we had a deal.
I thought I heard a {noun}.
You want the truth? I was {adj}.
Do you have any idea how {adj} this is?
Is that a {noun}?
Are you {adj} or are you just {adj}?
Did you {verb} the {noun} like I asked?
Could you {verb} the {noun} for me?
Would you mind?
Don't you ever {verb} my {noun} again!
Get away from the {noun}!
Get out of my {room}!
Give me the {noun}.
Put the {noun} down. Slowly.
Look at this {noun}. Just look at it.
Come on, come on, come on...
Let's go!
Run!
Wait -- what about the {noun}?
Hold on. You're telling me they {past} a {noun}?
So let me get this straight. You {past} the {noun}, you {past} the {noun}, and nobody noticed?
I need {number} minutes and a {noun}.
There's a {noun} in the {room}. It's not mine.
There's nothing out there but {place} and more {place}.
They'll be here by {clock}.
They took everything. The {noun}, the {noun}, even the {noun}.
They're saying it was an accident.
People don't just {verb} a {noun}, {name}.
Nobody's going to {verb} you.
Somebody has to {verb} it.
When I was a kid, we had a {noun} in the {room}.
When this is over I'm going to {verb} a {adj} {noun} and sleep for a week.
If I were you I'd {verb} the {noun} and keep driving.
You know what your problem is? You're {adj}.
You know what I miss? The {noun}. The {adj} {noun} we had at the {place}.
I mean, I could {verb} it. But why would I?
I just want to {verb} my {noun} and go home.
I can't {verb} this by myself.
I won't {verb} it. I won't.
I'd rather {verb} a {noun}.
I'll see you {nexttime}.
I'll meet you at the {place}.
We'll {verb} it {nexttime}.
We're out of {plural}.
We used to be friends.
What's in the {noun}?
What's your name?
{name}. My name is {name}.
My name's {name} {surname}. I'm with the {office}.
This is {name} {surname}, {office}. Is anybody there?
Mr. {surname}, you have to understand our position.
Mrs. {surname}? There's a man here about the {noun}.
Good morning, Mr. {surname}.
Good night, {name}.
Hello? Who's there?
Copy that. Moving to the {place}.
You're late.
You're {adj}, you know that?
You look {adj}.
You smell like a {noun}.
You should've {participle} me.
You've got {number} seconds.
You owe me {number} dollars.
Everybody knows about the {noun}.
Everything's fine.
Anything you say.
Maybe we should {verb} the {noun} first.
Maybe. Maybe not.
Well, I guess that's that.
Well, {name}? What'll it be?
Right. Because that worked so well {lasttime}.
Of course I did.
Of course not. It's {adj}.
Exactly. And who {past} the {noun}?
Honestly, I don't think he's {adj} enough.
Look, {name}, I like you. But you {past} my {noun}.
Listen. Do you hear that?
Believe me, I tried.
Trust me.
Forget it, {name}. It's {adj}.
Shut up and {verb}.
Stay where you are!
Sit down, {name}.
Shh. They'll hear us.
How many {plural} do we have left?
How's your {relative}?
How do you know my {relative}?
Which {noun}?
Whose {noun} is this?
Why would anyone {verb} a {noun} at {clock}?
He doesn't {verb}. He never does.
He was {adj}. That's all I remember.
He walks in, he {past} the {noun}, he walks out. {number} seconds.
She told me you {past} her.
She left it with the {role}. For you.
It's me.
It's {clock}, {name}. Go to bed.
It isn't {adj}. It's just {adj}.
The {noun}'s in the {room}. Help yourself.
The {role} says you {past} him. Is that true?
The thing is, I liked it there.
The {adj} part is I'd do it again.
A {noun}? You brought me a {noun}?
All I'm saying is we could {verb} it.
All right, all right. You win.
And then what?
And you didn't think to {verb} me?
But you promised.
But what if they {verb} us?
Because I love you, that's why.
Because somebody has to.
To {plural}!
One more thing. The {noun}. Where is it?
After everything I did for you?
Your honor, my client never {past} the {noun}.
Ladies and gentlemen, please {verb} your {plural}.
God, I hate this {place}.
Jesus, {name}.
Damn it!
Happy birthday, {name}.
Have you seen my {noun}?
Haven't we met?
Isn't it {adj}?
Ever been to the {place}?
Sure you do.
See you around, {name}.
Says who?
Thirty years, and you still can't {verb} a {noun}.
Not a chance. Not for a {adj} {noun} like that.
Same as always.
Somewhere nobody will {verb} us.
""".strip().splitlines()

ACTION = """
{name} {v3} the {noun}.
{name} {v3} the {noun} and {v3} it into the {noun2}.
{name} {v3}.
{name} {vi3} {adv}.
{name} {vi3} across the {room}, {ing} the {noun}.
{name} {vi3} past the {plural}, {ing} a {adj} {noun}.
{name} and {name} {vi} toward the {noun}.
{name} and {name} sit at opposite ends of a {adj} {noun}, {ing} nothing.
{He} {v3} the {noun} {adv}.
{He} {vi3} to the {noun2} and {v3} the {noun}.
{He} looks at {name}. {name} looks away.
{He} {v3} {his} {noun}, then the {noun}, then the door.
{He} stops. Listens. {Sound}.
{He} doesn't answer.
{He} can't move.
They {vi} in silence.
They {v} the {noun} between them.
They look at each other.
{sound}, O.S.
{Sound}.
{Sound} somewhere below. {name} freezes.
A {noun} {vi3} on the {noun2}.
A {adj} {noun}. {adj} {plural}. {weather}.
A {adj} {room}, lit by a single {noun}.
A {role} {vi3} past with a {noun} under one arm.
A pair of {adj} {plural} {vi} across the {noun2}.
A beat.
A long beat.
Silence.
Nothing.
Darkness.
{Weather}.
{Weather} over the {place}. {number} {plural} wait in line.
The {noun} {vi3} {adv}.
The {noun} {vi3} across the {noun2} and comes to rest against the {noun}.
The {room} is {adj} and {adj}. {plural} hang from the ceiling.
The {role} {v3} {name} {adv}, then {vi3} back to the {noun}.
The {place} at its worst: {plural}, {plural}, a {adj} {noun} nobody has {participle}.
The door opens. {NAME} ({age}), {adj}, {adj}, {vi3} in with a {noun}.
The door slams. {name} jumps.
The phone rings. {name} stares at it.
Through the window: {weather}, {adj} {plural}, the {place} beyond.
On the {noun}: a {adj} {noun}, still {ing}.
On the screen, a {role} {v3} a {noun}.
Behind {him}, the {noun} {vi3}.
Outside, {weather}.
Inside, {plural} from floor to ceiling.
{NAME}, {age}, {adj} and {adj}, {v3} a {noun} at the {noun2}.
{NAME} ({age}) {vi3} out of a {adj} {vehicle}. {He} has the look of somebody who {past} a {noun} once.
This is {NAME}, {age}. {He} hasn't {participle} in {number} days.
{number} {plural} {vi} out of the {vehicle}.
Rows of {plural}. {NAME} moves between them, {ing}.
The {vehicle} {vi3} down the {place}, {adj} {plural} in its wake.
The {vehicle} pulls up. {name} gets out.
{name}'s hand closes on the {noun}.
{name}'s face. Nothing.
{name}'s {noun} {vi3} to the floor.
Close on the {noun}. It {vi3}.
We see the {noun} in {his} hand.
We follow {name} through the {room}, past {plural} and {plural}.
We hear {sound}.
We're in a {adj} {room} somewhere in the {place}.
Suddenly {sound}. The {noun} explodes.
BOOM! The {noun} blows out. {plural} everywhere.
CRASH! {name} hits the {noun2}.
A SHOT rings out. {name} drops the {noun}.
The {NOUN} {vi3}. {name} spins.
{He} picks up the {NOUN}. It's {adj}.
Music over. {name} dances alone with a {noun}.
{ing} the {noun}, {name} {vi3} out of the {room}.
Still {ing}, {he} {v3} the {noun}.
Without a word, {name} {v3} the {noun} and leaves.
Too late. The {noun} is already {ing}.
As {name} {vi3}, the {role} {v3} the {noun}.
As the {vehicle} {vi3} away, {name} {v3} a {noun} from {his} coat.
When {he} looks up, the {role} is gone.
While {name} {v3} the {noun}, {name} slips into the {room}.
Over {his} shoulder, {plural}.
Among the {plural}: {name}'s {noun}, {adj}, {participle}.
In {his} hand, a {noun}.
In the corner, {name} {v3} {adv}.
In the b.g., {plural} {vi}.
From above, the {place} looks like a {noun}.
Between them lies the {noun}.
Beneath the {noun}, something {vi3}.
Later. The {plural} are gone. {name} is still {ing}.
One by one, the {plural} {vi}.
Slowly, {name} {v3} the {noun}.
Finally {he} {vi3}.
Moments later {name} is {ing} through the {plural}.
Nobody moves.
Nobody speaks. {sound}.
No one {v3} {him}.
Everyone {vi}.
Half a dozen {plural} look up from a {noun}.
All heads turn to {name}.
Both of them {v} the {noun}.
Then, {adv}, {he} {vi3}.
Then nothing.
And there it is: the {noun}.
But the {noun} is empty.
{name} smiles.
{name} nods.
{name} shrugs.
{name} exits.
{name} sighs.
{name} laughs, {v3} the {noun}, laughs again.
{name} takes this in.
{name} considers the {noun}.
{name}, still holding the {noun}, {vi3} {adv} to the {noun2}.
{name} ({age}) {v3} {his} {noun} like a {role}.
{name} tries the {noun}. It won't {verb}.
{name} starts to speak, thinks better of it, and {vi3}.
{name} turns on the {noun}. {Sound}. {name} turns it off.
{name} is {adj}. {name} is not.
{name} hands the {noun} to {name}, who {v3} it {adv}.
{name} whispers something to the {role}. The {role} {vi3}.
{name} looks at the {noun}, the {noun}, {his} own {adj} {plural}.
{his2} {plural} are {adj}. {his2} {noun} is {adj}.
It's {name}. {He} has the {noun}.
It {vi3}. It's {adj}, {adj}, almost a {noun}.
It's {clock} by the {noun}. {weather}.
There's a {noun} on the {noun2}. {name} {v3} it.
There is a {role} at every {noun}.
Words on the {noun}: "{Past} by {surname}."
A sign: "{PLACE} - NO {PLURAL}"
SUPER: "{PLACE}, {YEAR}"
TITLE OVER: {PLACE}. {NUMBER} YEARS EARLIER.
The letter reads: "Dear {name}, I have {participle} the {noun}."
{Adj}, {adj} {plural}. A {noun}. {name}'s {noun}.
{Plural}. {Plural}. A {noun}.
{Ing}. {Ing}. {name} never stops.
{Vehicle} headlights sweep the {room}.
{Role}s in {adj} {plural} {v} the {noun}.
""".strip().splitlines()

PARENTHETICAL = """
beat
a beat
quietly
then
to {name}
re: {noun}
re: the {noun}
into phone
on phone
laughing
not looking up
whispers
shouting
{adj}
{adv}
off {name}'s look
{ing} the {noun}
{ing}
trying not to {verb}
in {language}
in {language}; subtitled
sotto
pause
continuing
after a moment
to the {role}
turns to {name}
calling out
over radio
mouth full
sees the {noun}
indicating the {noun}
{v3} the {noun}
a little too {adv}
{He} {v3} the {noun} and {vi3} {adv} before speaking to {name} again
{ing} the {noun}, then {ing} toward the {noun2} without {ing} {name}
under {his} breath
softly; to {name}
beat; then
overlapping
filtered
singing
reading
V.O.
O.S.
cont'd
continuing
on the radio
""".strip().splitlines()
