"""A self-test over many lessons: questions shown without their answers, a sheet to fill in, and an honest mark.

A sheet is a dictionary ``{number: answer}``: a letter for a question with options, a number for one that is computed,
``"?"`` for "I don't know", ``...`` for "not yet". It is marked when no ``...`` is left, so that nobody fishes for one
answer at a time; then every answer gets its reason.
"""

import hashlib
import json
import math
import os
from dataclasses import dataclass
from datetime import UTC, datetime

from gan_helpers.lesson import cards, record
from gan_helpers.lesson.comparators import is_stub
from gan_helpers.lesson.distance import as_number, rounded
from gan_helpers.lesson.exercise import lettered, right_letter

KEPT_AS = "self_test"
DONT_KNOW = "?"


@dataclass(frozen=True)
class Choice:
    """A question with options, exactly one of them right; each option is a `gan_helpers.lesson.Option`.

    They are lettered in alphabetical order, so that the place of the right one says nothing.
    """

    lesson: int
    text: str
    options: list

    def __post_init__(self):
        right_letter(self.lettered, f"The question {self.text!r}")

    @property
    def lettered(self):
        """The options by their letters."""
        return lettered(sorted(self.options, key=lambda option: option.text))

    @property
    def right(self):
        """The letter of the right option."""
        return right_letter(self.lettered, self.text)

    def readable(self, answer):
        """Return the letter that was meant, or None."""
        letter = answer.strip(" ().").lower() if isinstance(answer, str) else None
        return letter if letter in self.lettered else None

    def correct(self, answer):
        """Say whether a readable answer is right."""
        return answer == self.right

    def told(self, answer):
        """Say why an answer is right or wrong; for None why the right one is right."""
        letter = answer or self.right
        return f"**{letter})** {self.lettered[letter].reason}"

    def asked(self):
        """Return the options, ready to be shown."""
        return [f"**{letter})** {option.text}" for letter, option in self.lettered.items()]


@dataclass(frozen=True)
class Number:
    """A question whose answer is computed: the value, how far off it may be, the unit, and the reason."""

    lesson: int
    text: str
    value: float
    tolerance: float
    reason: str
    unit: str = ""

    @property
    def right(self):
        """The right value with its unit."""
        return f"{rounded(self.value)} {self.unit}".strip()

    def readable(self, answer):
        """Return the number that was meant, or None."""
        value = as_number(answer)
        return float(value) if value is not None and math.isfinite(value) else None

    def correct(self, answer):
        """Say whether a readable answer is right."""
        return abs(answer - self.value) <= self.tolerance + 1e-12

    def told(self, answer):
        """Give the reason, after how far off the answer is."""
        off = "" if answer is None or self.correct(answer) else f"Your {rounded(answer)} is not {self.right}. "
        return off + self.reason

    def asked(self):
        """Return what is asked for, ready to be shown."""
        return [f"A number{f', in {self.unit}' if self.unit else ''}; within {rounded(self.tolerance)} is right."]


@dataclass(frozen=True)
class Result:
    """What a marked sheet came to: right answers of each lesson as ``{lesson: (right, asked)}``, and the pass mark."""

    by_lesson: dict
    needed: int

    @property
    def right(self):
        """Number of right answers."""
        return sum(right for right, _ in self.by_lesson.values())

    @property
    def asked(self):
        """Number of questions."""
        return sum(asked for _, asked in self.by_lesson.values())

    @property
    def passed(self):
        """Say whether the pass mark is reached."""
        return self.right >= self.needed


class SelfTest:
    """The questions, and how a sheet is marked.

    Parameters
    ----------
    questions : list of Choice or Number
    pass_share : float
        Share of right answers that passes.
    """

    def __init__(self, questions, *, pass_share=0.75):
        self.questions = dict(enumerate(questions, start=1))
        self.needed = math.ceil(pass_share * len(self.questions))

    def show(self):
        """Show all questions, without their answers."""
        as_html, as_plain = [], []
        for number, question in self.questions.items():
            eyebrow = f"Question {number} of {len(self.questions)} · lesson {question.lesson:02d}"
            as_html.append(
                cards.card(eyebrow, cards.text(question.text), [cards.paragraphs("\n\n".join(question.asked()))])
            )
            as_plain.append("\n".join([cards.plain(f"{number}. {question.text}"), *map(_indented, question.asked())]))
        cards.show("".join(as_html), "\n\n".join(as_plain))

    def mark(self, answers):
        """Mark a sheet, show what it came to, and keep it in the learner's folder.

        Parameters
        ----------
        answers : dict
            Question's number -> letter, number, ``"?"`` or ``...``.

        Returns
        -------
        Result or None
            None while the sheet isn't complete.
        """
        blank, unreadable, sheet = [], [], {}
        for number, question in self.questions.items():
            answer = answers.get(number, ...) if isinstance(answers, dict) else ...
            sheet[number] = None if answer == DONT_KNOW else question.readable(answer)
            if is_stub(answer):
                blank.append(number)
            elif answer != DONT_KNOW and sheet[number] is None:
                unreadable.append(number)
        if blank or unreadable:
            self._show_incomplete(blank, unreadable)
            return None
        marks = {number: sheet[number] is not None and q.correct(sheet[number]) for number, q in self.questions.items()}
        lessons = sorted({question.lesson for question in self.questions.values()})
        by_lesson = {
            lesson: (
                sum(marks[number] for number, q in self.questions.items() if q.lesson == lesson),
                sum(q.lesson == lesson for q in self.questions.values()),
            )
            for lesson in lessons
        }
        result = Result(by_lesson, self.needed)
        note = None if os.environ.get("GAN_QC_STRICT") == "1" else self._keep(sheet, result)
        self._show_marked(sheet, marks, result, note)
        return result

    def _keep(self, sheet, result):
        """Keep the first and the best attempt; marking the same sheet again is no attempt. Returns a note or None."""
        kept = attempts() or {"count": 0, "sheets": []}
        mark = hashlib.sha256(json.dumps(sheet, sort_keys=True).encode()).hexdigest()[:16]
        if mark in kept["sheets"]:
            return None
        attempt = {
            "right": result.right,
            "asked": result.asked,
            "needed": result.needed,
            "by_lesson": {str(lesson): list(figures) for lesson, figures in result.by_lesson.items()},
            "number": kept["count"] + 1,
            "when": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        best = max(kept.get("best", attempt), attempt, key=lambda one: one["right"])  # the earlier one of equals
        return record.keep(
            KEPT_AS,
            {
                "count": kept["count"] + 1,
                "sheets": [*kept["sheets"], mark],
                "first": kept.get("first", attempt),
                "best": best,
            },
        )

    def _show_incomplete(self, blank, unreadable):
        done = len(self.questions) - len(blank)
        lines = [f"{done} of {len(self.questions)} questions are answered. The sheet is marked when all are."]
        if blank and done:
            lines.append(f'Still open: {", ".join(map(str, blank))}. If you don\'t know one, write `"?"`.')
        for number in unreadable:
            asked = (
                'a letter, such as `"a"`' if isinstance(self.questions[number], Choice) else "a number, such as `0.5`"
            )
            lines.append(f"Question {number} asks for {asked}.")
        cards.show(cards.card("Self-test", cards.text(lines[0]), map(cards.paragraphs, lines[1:])), "\n".join(lines))

    def _show_marked(self, sheet, marks, result, note):
        word = "Passed" if result.passed else "Not passed yet"
        headline = f"{word}: {result.right} of {result.asked} right; {result.needed} are needed."
        colour = cards.GOOD if result.passed else cards.WARN
        parts, as_plain = [cards.paragraphs(note, soft=True)] if note else [], [headline]
        for number, question in self.questions.items():
            sign = "✓" if marks[number] else "✗"
            body = cards.paragraphs(question.text)
            told = [question.told(sheet[number])]
            if not marks[number] and sheet[number] is not None and isinstance(question, Choice):
                told.append(f"Right is {question.told(None)}")
            body += "".join(map(cards.paragraphs, told))
            parts.append(cards.folded(f"{sign}&ensp;Question {number}, lesson {question.lesson:02d}", body))
            as_plain.append(f"{sign} {number}. {' '.join(told)}")
        cards.show(
            cards.card("Self-test", f"<strong>{cards.text(headline)}</strong>", parts, colour=colour),
            "\n".join(as_plain),
        )


def attempts():
    """Return what `SelfTest.mark` kept: ``count``, ``first`` and ``best`` attempt; None if there was none."""
    kept = record.kept(KEPT_AS)
    try:
        for attempt in (kept["first"], kept["best"]):
            right, asked, needed = (int(attempt[name]) for name in ("right", "asked", "needed"))
            datetime.fromisoformat(attempt["when"])
            if not 0 <= right <= asked or needed < 1 or not attempt["number"] >= 1:
                return None
            dict(attempt["by_lesson"])
        return kept if isinstance(kept["count"], int) and isinstance(kept["sheets"], list) else None
    except (LookupError, TypeError, ValueError):
        return None


def _indented(line):
    return cards.plain(line, indent="   ")
