"""Small numbers as screenplays write them: ages and counts."""

NUMBERS = {
    word: number
    for number, word in enumerate(
        [
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
        ],
        start=4,
    )
}
