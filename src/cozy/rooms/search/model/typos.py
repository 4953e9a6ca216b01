"""How far a mistyped word is from one that there is: a letter more or less, another letter, two that changed places."""

from __future__ import annotations

NEAR = 2  # beyond which a word is another one


def distance(one: str, other: str) -> int:
    """How many mistakes make one word of another (Damerau and Levenshtein, restricted), NEAR + 1 for more than NEAR."""
    one, other = _apart(one, other)
    if abs(len(one) - len(other)) > NEAR:
        return NEAR + 1
    before: list[int] = []
    last = list(range(len(other) + 1))
    for n, letter in enumerate(one, 1):
        line = [n]
        for m, across in enumerate(other, 1):
            cost = min(last[m] + 1, line[m - 1] + 1, last[m - 1] + (letter != across))
            if n > 1 and m > 1 and letter == other[m - 2] and one[n - 2] == across:
                cost = min(cost, before[m - 2] + 1)
            line.append(cost)
        before, last = last, line
    return min(last[-1], NEAR + 1)


def _apart(one: str, other: str) -> tuple[str, str]:
    """What is left of both without what they begin and end with together."""
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    one, other = one[start:], other[start:]
    end = 0
    while end < min(len(one), len(other)) and one[-1 - end] == other[-1 - end]:
        end += 1
    return one[: len(one) - end], other[: len(other) - end]


def mistakes(typed: str, word: str) -> int:
    """How far what was typed is from a word, or from its singular."""
    least = distance(typed, word)
    return min(least, distance(typed, word[:-1])) if least and word[-1] in "sx" else least


def forgiven(word: str) -> int:
    """How many mistakes a word of that length may have: none below four letters, one below seven."""
    return 0 if len(word) < 4 else 1 if len(word) < 7 else NEAR


def ends(word: str) -> tuple[str, str]:
    """The beginning and the end of a word, short of its middle; what was mistyped once has either of them right."""
    middle = len(word) // 2
    return word[: max(1, middle - 1)], word[min(len(word) - 1, middle + 1) :]
