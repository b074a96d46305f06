"""What the learner calls: check an answer, get a hint or the solution, take the quiz, see the progress."""

import os
import textwrap

from gan_helpers.lesson import cards, record
from gan_helpers.lesson.comparators import STUB
from gan_helpers.lesson.distance import counted
from gan_helpers.lesson.exercise import KINDS, lettered, right_letter

SIGNS = {record.RIGHT: "✓", record.NOT_YET: "✗", record.UNTOUCHED: "○"}
WORDS = {record.RIGHT: "Right", record.NOT_YET: "Not yet", record.UNTOUCHED: "Not attempted yet"}
COLOURS = {record.RIGHT: cards.GOOD, record.NOT_YET: cards.WARN, record.UNTOUCHED: cards.CALM}
SERVES = "The reference solution serves from here on, so the cells below run."
STANDS_IN = "The reference solution stands in at the moment. Run the cell with your answer, then this one."


class Lesson:
    """One lesson's exercises and quiz, as the learner meets them.

    Parameters
    ----------
    number, title : int, str
        As in the notebook's name and first heading.
    exercises : list of Exercise
        Their keys start with the lesson's number.
    quiz : list of Question
    """

    def __init__(self, number, title, exercises, quiz=()):
        self.number, self.title, self.questions = number, title, list(quiz)
        self.exercises = {exercise.key: exercise for exercise in exercises}
        self._hints_given = {}
        if len(self.exercises) != len(exercises):
            raise ValueError(f"{self}: two exercises have the same key.")
        for key in self.exercises:
            if not (key.startswith(f"{number}.") and key.removeprefix(f"{number}.").isdecimal()):
                raise ValueError(f"{self}: the exercise key {key!r} has to look like {f'{number}.1'!r}.")

    def __repr__(self):
        return f"Lesson {self.number:02d} · {self.title}"

    def check(self, key, answer):
        """Check an answer, say how far off it is, and return what to go on with.

        Parameters
        ----------
        key : str
            The exercise, ``"1.2"``.
        answer : object
            The learner's function, letter or number; ``...`` if it is still a stub.

        Returns
        -------
        object
            The answer if it is right, otherwise the reference.

        Raises
        ------
        AssertionError
            If the answer isn't right and ``GAN_QC_STRICT`` is 1, as it is where solved notebooks are tested.
        """
        exercise = self._exercise(key)
        again = exercise.stands_in(answer)
        verdict = STUB if again else exercise.judge(answer)
        state = {None: record.RIGHT, STUB: record.UNTOUCHED}.get(verdict, record.NOT_YET)
        if os.environ.get("GAN_QC_STRICT") == "1":
            if state != record.RIGHT:
                distance = "not attempted" if verdict is STUB else verdict
                raise AssertionError(f"{self}: exercise {key} ({exercise.title}) isn't right: {distance}.")
            note = None
        else:
            note = record.store(self.number, self.title, list(self.exercises), key, state)
        self._show_outcome(exercise, state, verdict, STANDS_IN if again else SERVES, note)
        return answer if state == record.RIGHT else exercise.stand_in()

    def hint(self, key, number=None):
        """Show a hint: the first one, then the second; or the one asked for."""
        exercise = self._exercise(key)
        if number not in (None, 1, 2):
            raise ValueError(f"There are two hints; ask for 1 or 2, not {number!r}.")
        number = number or min(self._hints_given.get(key, 0) + 1, 2)
        self._hints_given[key] = number
        hint = exercise.hints[number - 1]
        headline = f"<strong>Hint {number} of 2</strong>"
        cards.show(
            cards.card(_eyebrow(exercise), headline, [cards.paragraphs(hint)]),
            f"{_eyebrow(exercise)}\nHint {number} of 2\n{cards.plain(hint, indent='  ')}",
        )

    def solution(self, key):
        """Show the solution and its reason."""
        exercise = self._exercise(key)
        cards.show(
            cards.card(_eyebrow(exercise), "<strong>Solution</strong>", [_solution_body(exercise)]),
            f"{_eyebrow(exercise)}\nSolution\n{_solution_text(exercise)}\n{cards.plain(exercise.why, indent='  ')}",
        )

    def quiz(self):
        """Show the quiz: every option unfolds to say whether it is right, and why."""
        cards_html, cards_plain, answers = [], [], []
        for number, question in enumerate(self.questions, start=1):
            options = lettered(question.options)
            eyebrow, headline = f"Question {number} of {len(self.questions)}", cards.text(question.text)
            folded = []
            for letter, option in options.items():
                sign, word = ("✓", "Right") if option.right else ("✗", "Not quite")
                body = cards.paragraphs(f"{sign} **{word}:** {option.reason}")
                folded.append(cards.folded(f"{letter})&ensp;{cards.text(option.text)}", body, first=not folded))
            cards_html.append(cards.card(eyebrow, headline, [f'<div style="margin-top:.5em">{"".join(folded)}</div>']))
            lines = [cards.plain(f"{letter}) {option.text}", indent="   ") for letter, option in options.items()]
            cards_plain.append("\n".join([cards.plain(f"{number}. {question.text}"), *lines]))
            right = right_letter(options, question.text)
            answers.append(cards.plain(f"{number}. {right}) {options[right].reason}"))
        cards.show("".join(cards_html), "\n\n".join([*cards_plain, "Answers", *answers]))

    def progress(self):
        """Show which exercises of this lesson are solved."""
        known, notes = record.stored(self.number)
        entries = known.get("exercises", {})
        rows, lines = [], []
        for exercise in self.exercises.values():
            entry = entries.get(exercise.key, {"state": record.UNTOUCHED, "tries": 0})
            state = f"{SIGNS[entry['state']]} {WORDS[entry['state']]}"
            tries = counted(entry["tries"], "try")
            row = (exercise.key, exercise.title, KINDS[exercise.kind], state, tries)
            rows.append([cards.text(cell) for cell in row])
            lines.append(f"  {exercise.key}  {state} ({tries})  {exercise.title}")
        headline = f"<strong>{_solved_text(entries, len(self.exercises))}</strong>"
        headings = ("Exercise", "Title", "Kind", "State", "Tries")
        parts = [cards.table(headings, rows), *(cards.paragraphs(note, soft=True) for note in notes)]
        as_plain = "\n".join([str(self), _solved_text(entries, len(self.exercises)), *lines, *map(cards.plain, notes)])
        cards.show(cards.card(str(self), headline, parts), as_plain)

    @staticmethod
    def keep(name, content):
        """Keep something that a later lesson needs, in the learner's folder; see `record.keep`."""
        if sentence := record.keep(name, content):
            cards.show(cards.card("Kept in your folder", cards.text(sentence), []), sentence)

    @staticmethod
    def kept(name, otherwise=""):
        """Return what a lesson kept under a name; where there is nothing, say ``otherwise`` and return None."""
        content = record.kept(name)
        if content is None and otherwise:
            cards.show(cards.card("Kept in your folder", cards.text(otherwise), []), otherwise)
        return content

    def _exercise(self, key):
        keys = ", ".join(self.exercises) or "none"
        if not isinstance(key, str):
            raise ValueError(f'An exercise is named by text in quotation marks, such as "{key}"; here: {keys}.')
        if key not in self.exercises:
            raise ValueError(f"{self} has no exercise {key!r}; its exercises: {keys}.")
        return self.exercises[key]

    def _show_outcome(self, exercise, state, verdict, serves, note):
        headline = f'<strong><span aria-hidden="true">{SIGNS[state]}</span> {WORDS[state]}</strong>'
        as_plain = f"{SIGNS[state]} {WORDS[state]}"
        if state == record.NOT_YET:
            sentence = verdict if verdict.endswith((".", "?", "!")) else f"{verdict}."
            headline += f": {cards.text(sentence)}"
            as_plain += f": {sentence}"
        parts = []
        if state == record.RIGHT:
            parts.append(cards.paragraphs(exercise.why))
            if exercise.kind in ("code", "bug"):
                compare = cards.folded("Compare with the reference solution", cards.code(exercise.solution), first=True)
                parts.append(f'<div style="margin-top:.6em">{compare}</div>')
            as_plain += f". {exercise.why}"
        else:
            folds = [
                cards.folded(f"Hint {n}", cards.paragraphs(hint), first=n == 1)
                for n, hint in enumerate(exercise.hints, 1)
            ]
            folds.append(cards.folded("Solution", _solution_body(exercise)))
            parts += [
                cards.paragraphs(serves, soft=True),
                f'<div style="margin-top:.6em">{"".join(folds)}</div>',
            ]
            more = f'Stuck? lesson.hint("{exercise.key}"), lesson.solution("{exercise.key}").'
            as_plain += f"\n\n{serves}\n\n{more}"
        if note:
            parts.append(cards.paragraphs(note, soft=True))
            as_plain += f"\n\n{note}"
        html = cards.card(_eyebrow(exercise), headline, parts, colour=COLOURS[state])
        cards.show(html, f"{_eyebrow(exercise)}\n{cards.plain(as_plain, indent='  ')}")


def progress():
    """Show the progress over all lessons that have been touched."""
    lessons, notes = record.stored()
    rows, lines = [], []
    for lesson in lessons:
        entries, total = lesson["exercises"], lesson["total"]
        solved, tried = _count(entries, record.RIGHT), sum(entry["tries"] > 0 for entry in entries.values())
        name = f"{lesson['lesson']:02d} · {lesson['title']}"
        rows.append([cards.text(name), cards.bar(solved, total), f"{solved} of {total}", f"{tried} of {total}"])
        filled = round(20 * solved / total) if total else 0
        lines.append(f"{name}\n  [{'#' * filled}{'.' * (20 - filled)}] solved {solved}, tried {tried} of {total}")
    if not lessons:
        notes = [*notes, "Nothing yet. Open a lesson and check your first answer."]
    parts = [cards.table(("Lesson", "", "Solved", "Tried"), rows)] if rows else []
    parts += [cards.paragraphs(note, soft=True) for note in notes]
    cards.show(
        cards.card("All lessons", "<strong>Your progress</strong>", parts),
        "\n".join(["Your progress", *lines, *notes]),
    )


def _eyebrow(exercise):
    return f"Exercise {exercise.key} · {exercise.title} · {KINDS[exercise.kind]}"


def _solution_body(exercise):
    if exercise.kind == "think":
        right = exercise.options[exercise.reference].text
        return cards.paragraphs(f"**{exercise.reference})** {right}") + cards.paragraphs(exercise.why)
    return cards.code(exercise.solution) + cards.paragraphs(exercise.why)


def _solution_text(exercise):
    if exercise.kind == "think":
        return cards.plain(f"{exercise.reference}) {exercise.options[exercise.reference].text}", indent="  ")
    return textwrap.indent(exercise.solution, "    ")


def _count(entries, state):
    return sum(entry["state"] == state for entry in entries.values())


def _solved_text(entries, total):
    return f"{_count(entries, record.RIGHT)} of {total} solved"
