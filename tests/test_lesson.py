"""What the learner meets: checks, hints, solutions, the quiz, progress."""

import copy
import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser

import mini_lesson
import numpy as np
import pytest

from gan_helpers import settings
from gan_helpers.lesson import Exercise, Lesson, Option, Question, cards, on_cases, progress, record

pytestmark = pytest.mark.usefixtures("empty_home")

VOID = {"br", "img", "hr"}


class Outline(HTMLParser):
    """Read HTML: its text, its tags, and whether every tag is closed in its turn."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.text, self._open = [], "", []
        self.feed(html)
        assert not self._open, f"<{self._open[-1]}> is not closed"

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        self.text += data


@pytest.fixture
def lesson():
    lesson = copy.copy(mini_lesson.lesson)
    lesson._hints_given = {}
    return lesson


@pytest.fixture
def shown(monkeypatch):
    """Collect what is displayed, as (HTML, plain) pairs."""
    displayed = []
    monkeypatch.setattr(cards, "show", lambda as_html, as_plain: displayed.append((as_html, as_plain)))
    return displayed


def stored(number=7):
    return json.loads((record.folder() / f"{number:02d}.json").read_text(encoding="utf-8"))


def own_escape_rate(labels, alarms):
    return 1 - alarms[labels == 1].mean()


def wrong_escape_rate(labels, alarms):
    return np.mean(~alarms)


# --- checking -------------------------------------------------------------------------------------------------------


def test_a_right_answer_is_handed_back_with_the_reason(lesson, shown):
    assert lesson.check("7.2", own_escape_rate) is own_escape_rate
    html, plain = shown[0]
    for text in (Outline(html).text, plain):
        assert "✓ Right" in text
        assert "Good parts cannot escape" in text
        assert "Hint" not in text


def test_a_wrong_answer_gets_the_distance_and_the_reference_serves(lesson, shown):
    assert lesson.check("7.2", wrong_escape_rate) is mini_lesson.escape_rate
    html, plain = shown[0]
    for text in (Outline(html).text, " ".join(plain.split())):
        assert "✗ Not yet: on " in text
        assert "your 0.6667, expected 0.5: 33 % too high (0 of 2 cases are right)." in text
        assert "The reference solution serves from here on" in text
    assert Outline(html).tags.count("details") == 3  # two hints and the solution
    assert "return np.mean(~alarms[defective])" in Outline(html).text
    assert "np.mean(~alarms" not in plain  # a terminal can't fold, so it doesn't give the solution away


@pytest.mark.parametrize("stub", [..., mini_lesson.escape_rate])
def test_a_stub_and_a_reference_that_stands_in_are_not_attempts(lesson, shown, stub):
    assert lesson.check("7.2", stub) is mini_lesson.escape_rate
    assert "○ Not attempted yet" in Outline(shown[0][0]).text
    assert "○ Not attempted yet" in shown[0][1]


def test_checking_again_what_was_handed_back_is_no_success(lesson, shown):
    for key, wrong in (("7.1", "a"), ("7.2", wrong_escape_rate), ("7.3", 0.9)):
        served = lesson.check(key, wrong)
        lesson.check(key, served)
        assert "stands in at the moment" in shown[-1][1]
        assert stored()["exercises"][key] == {**stored()["exercises"][key], "state": "not yet", "tries": 1}


def test_what_stands_in_behaves_like_the_answer(lesson, shown):
    assert lesson.check("7.1", ...) == "b"
    assert 2 * lesson.check("7.3", ...) == 0.6
    assert repr(lesson.check("7.3", ...)) == "0.3"


def test_the_learners_own_answer_of_the_same_value_is_right(lesson, shown):
    assert lesson.check("7.1", "b") == "b"
    assert "✓ Right" in shown[0][1]
    assert lesson.check("7.3", 0.3) == 0.3
    assert "✓ Right" in shown[1][1]


def test_a_wrong_option_gets_its_reason_but_not_the_right_one(lesson, shown):
    lesson.check("7.1", "a")
    plain = " ".join(shown[0][1].split())
    assert "✗ Not yet: a) Overkill stays in the plant, in the scrap box. The reference" in plain
    assert "delivered" not in plain


def test_a_comparator_that_fails_on_an_odd_answer_does_not_stop_the_notebook(shown):
    def shape_of(answer, reference):
        return None if answer.shape == (2,) else "not the shape"

    exercise = Exercise(key="7.1", kind="play", title="t", hints=("a", "b"), reference=1, why="w", compare=shape_of)
    assert Lesson(7, "t", [exercise]).check("7.1", "text") == 1
    assert "it stops with `AttributeError: 'str' object has no attribute 'shape'`" in " ".join(shown[0][1].split())


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("7.9", "Lesson 07 · Two ways to be wrong has no exercise '7.9'; its exercises: 7.1, 7.2, 7.3, 7.4."),
        (7.2, 'in quotation marks, such as "7.2"; here: 7.1, 7.2, 7.3, 7.4.'),
    ],
)
def test_an_unknown_key_lists_the_known_ones(lesson, key, message):
    for ask in (lesson.hint, lesson.solution, lambda key: lesson.check(key, ...)):
        with pytest.raises(ValueError, match=re.escape(message)):
            ask(key)


@pytest.mark.parametrize(
    ("key", "answer", "distance"),
    [("7.3", ..., "not attempted"), ("7.3", 0.4, "your 0.4 is too high by 0.1"), ("7.1", "a", "a) Overkill stays")],
)
def test_strict_raises_on_anything_but_right(lesson, shown, monkeypatch, key, answer, distance):
    monkeypatch.setenv("GAN_QC_STRICT", "1")
    with pytest.raises(AssertionError, match=re.escape(f"exercise {key} (")) as caught:
        lesson.check(key, answer)
    assert distance in str(caught.value)


def test_strict_passes_the_reference_of_the_solved_notebook_and_stores_nothing(lesson, shown, monkeypatch):
    monkeypatch.setenv("GAN_QC_STRICT", "1")
    names = {"np": np}
    exec(lesson.exercises["7.2"].solution, names)  # as the solved notebook does: same code, another function
    assert lesson.check("7.2", names["escape_rate"]) is names["escape_rate"]
    assert not list(record.folder().glob("*.json"))


# --- hints, solution, quiz ------------------------------------------------------------------------------------------


def test_hints_come_one_after_the_other_or_by_number(lesson, shown):
    for ask in (lambda: lesson.hint("7.2"), lambda: lesson.hint("7.2"), lambda: lesson.hint("7.2", 1)):
        ask()
    firsts, seconds = "Only defective parts can escape.", "is the share of true."
    assert [firsts in plain for _, plain in shown] == [True, False, True]
    assert [seconds in plain for _, plain in shown] == [False, True, False]
    with pytest.raises(ValueError, match="ask for 1 or 2, not 3"):
        lesson.hint("7.2", 3)


def test_the_solution_shows_code_and_reason(lesson, shown):
    lesson.solution("7.2")
    for text in (Outline(shown[0][0]).text, shown[0][1]):
        assert "return np.mean(~alarms[defective])" in text
        assert "Good parts cannot escape" in text


def test_the_solution_of_a_question_is_the_options_text(lesson, shown):
    lesson.solution("7.1")
    for text in (Outline(shown[0][0]).text, shown[0][1]):
        assert "b) The customer pays for an escape" in text
        assert "An escaped part is delivered." in text


def test_the_quiz_unfolds_a_reason_for_every_option(lesson, shown):
    lesson.quiz()
    outline = Outline(shown[0][0])
    assert outline.tags.count("details") == 4
    assert outline.text.count("Right: ") == 2
    assert outline.text.count("Not quite: ") == 2
    assert "script" not in outline.tags


def test_the_quiz_in_plain_text_keeps_the_answers_to_the_end(lesson, shown):
    lesson.quiz()
    questions, answers = shown[0][1].split("Answers")
    assert "1. Ten of 200 defective parts pass." in questions
    assert "10 of 200" not in questions
    assert "1. a) 10 of 200 defective parts pass." in answers
    assert "2. b) Good parts are thrown away." in answers


# --- progress -------------------------------------------------------------------------------------------------------


def test_progress_is_kept_between_sessions(lesson, shown):
    lesson.check("7.2", wrong_escape_rate)
    lesson.check("7.2", own_escape_rate)
    lesson.check("7.1", ...)
    entries = stored()["exercises"]
    assert (entries["7.2"]["state"], entries["7.2"]["tries"]) == ("right", 2)
    assert (entries["7.1"]["state"], entries["7.1"]["tries"]) == ("not attempted", 0)
    progress()
    assert "solved 1, tried 1 of 4" in shown[-1][1]
    assert "07 · Two ways to be wrong" in Outline(shown[-1][0]).text


def test_what_was_solved_stays_solved(lesson, shown):
    for answer in (own_escape_rate, ..., wrong_escape_rate):
        lesson.check("7.2", answer)
    assert stored()["exercises"]["7.2"]["state"] == "right"


def test_progress_of_one_lesson_lists_its_exercises(lesson, shown):
    lesson.check("7.3", 0.9)
    lesson.progress()
    for text in (Outline(shown[-1][0]).text, shown[-1][1]):
        assert "0 of 4 solved" in text
        assert "✗ Not yet" in text
        assert "Find the cheapest threshold" in text


def test_progress_before_the_first_check_says_where_to_start(shown):
    progress()
    assert "Nothing yet. Open a lesson" in shown[0][1]


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"[1]", b'{"exercises": {"7.1": {"state": "?", "tries": 1}}}', b"\xff\xfe"]
)
def test_a_damaged_file_is_set_aside_with_a_sentence(lesson, shown, damage):
    path = record.folder() / "07.json"
    for n in (1, 2):
        path.write_bytes(damage)
        lesson.check("7.1", "b")
        aside = path.with_name(f"07.damaged-{n}.json")
        assert aside.read_bytes() == damage
        assert str(aside) in shown[-1][1].replace("\n  ", "")
    assert stored()["exercises"]["7.1"]["state"] == "right"


def test_a_folder_that_cannot_be_written_to_does_not_stop_the_notebook(lesson, shown, empty_home):
    empty_home.write_text("a file where the folder should be", encoding="utf-8")
    assert lesson.check("7.1", "b") == "b"
    plain = " ".join(shown[0][1].split())
    assert "Your progress could not be saved" in plain
    assert "set `GAN_QC_HOME` to a folder that you may write to" in plain
    progress()
    assert "could not be read" in shown[-1][1]


def test_lessons_open_at_the_same_time_keep_all_entries():
    def work(number):
        for n in range(1, 21):
            assert (
                record.store(number, "t", [f"{number}.{k}" for k in range(1, 21)], f"{number}.{n}", record.RIGHT)
                is None
            )

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(1, 5)))
    lessons, sentences = record.stored()
    assert [len(lesson["exercises"]) for lesson in lessons] == [20, 20, 20, 20]
    assert sentences == []
    assert not [path for path in record.folder().iterdir() if "draft" in path.name]


def test_an_exercise_that_is_gone_is_no_longer_counted():
    record.store(7, "t", ["7.1", "7.2"], "7.1", record.RIGHT)
    record.store(7, "t", ["7.2"], "7.2", record.NOT_YET)
    assert set(stored()["exercises"]) == {"7.2"}
    assert stored()["total"] == 1


# --- kept for a later lesson ----------------------------------------------------------------------------------------


def test_what_one_lesson_keeps_another_reads(lesson, shown):
    lesson.keep("game", {"verdicts": ["good", None]})
    assert lesson.kept("game", otherwise="Play first.") == {"verdicts": ["good", None]}
    assert shown == []


def test_where_nothing_is_kept_it_is_said(lesson, shown):
    assert lesson.kept("game", otherwise="Play the game of lesson 01 first.") is None
    assert "Play the game of lesson 01 first." in shown[0][1]


def test_what_is_kept_and_damaged_counts_as_nothing(lesson):
    lesson.keep("game", [1])
    (settings.home() / "kept" / "game.json").write_text("{")
    assert lesson.kept("game") is None


def test_what_cannot_be_kept_does_not_stop_the_notebook(lesson, shown, empty_home):
    empty_home.mkdir()
    (empty_home / "kept").write_text("in the way")
    lesson.keep("game", [1])
    assert "game could not be kept" in shown[0][1]
    with pytest.raises(ValueError, match=r"'\.\./x' is no name to keep"):
        record.keep("../x", 1)


# --- how it is set --------------------------------------------------------------------------------------------------


def test_marks_are_set_and_everything_else_is_escaped():
    set_text = cards.text("`a < b`, **bold `x`**, $a_1 < b$ & <script>alert(1)</script>")
    assert set_text == (
        "<code>a &lt; b</code>, <strong>bold <code>x</code></strong>, $a_1 &lt; b$ &amp; "
        "&lt;script&gt;alert(1)&lt;/script&gt;"
    )


def test_what_the_learner_wrote_is_escaped_too(lesson, shown):
    lesson.check("7.1", "<img src=x onerror=alert(1)>")
    lesson.check("7.3", "**`$x$`**")
    for html, _ in shown:
        assert "<img" not in html
        Outline(html)


def test_every_card_is_well_formed(lesson, shown):
    for key in lesson.exercises:
        for answer in (..., "a", 0.3, own_escape_rate):
            lesson.check(key, answer)
        lesson.hint(key)
        lesson.solution(key)
    lesson.quiz()
    lesson.progress()
    progress()
    for html, plain in shown:
        Outline(html)
        assert plain.strip()
        assert "<" not in re.sub(r"`[^`]*`", "", plain)


def test_code_keeps_its_text_and_takes_the_themes_colours():
    source = 'def f(x):\n    return x < 1 and "&"  # why'
    assert Outline(cards.code(source)).text == source
    assert "var(--jp-mirror-editor-keyword-color" in cards.code(source)


def test_without_a_notebook_the_plain_text_is_printed(capsys):
    cards.show("<p>x</p>", "plain words")
    assert capsys.readouterr().out == "plain words\n"


def test_the_room_needs_neither_tensorflow_nor_ipython():
    script = (
        "import sys; from gan_helpers.lesson import Lesson; Lesson(1, 't', []).quiz(); "
        "print({'tensorflow', 'IPython', 'keras'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip().endswith("set()")


# --- made wrongly ---------------------------------------------------------------------------------------------------

GOOD = {"key": "7.1", "kind": "code", "title": "t", "hints": ("a", "b"), "why": "w", "compare": on_cases([1])}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "guess"}, "kind 'guess'; choose one of code, think, play, bug"),
        ({"hints": ("a",)}, "exactly two hints"),
        ({"hints": "ab"}, "exactly two hints"),
        ({"hints": ("a", "")}, "exactly two hints"),
        ({"reference": 3}, "its reference is a function"),
        ({"reference": lambda x: x}, "a function made by `def`"),
        ({"kind": "play", "reference": own_escape_rate}, "its reference is a number"),
        ({"why": ""}, "no reason"),
        ({"compare": None}, "no comparator"),
        ({"kind": "think", "options": [Option("a", reason="r"), Option("b", reason="r")]}, "it has 0 right"),
    ],
)
def test_an_exercise_that_lacks_something_is_refused(change, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        Exercise(**{**GOOD, "reference": own_escape_rate, **change})


def test_a_lesson_with_keys_that_do_not_fit_is_refused():
    exercise = Exercise(**GOOD, reference=own_escape_rate)
    with pytest.raises(ValueError, match="two exercises have the same key"):
        Lesson(7, "t", [exercise, exercise])
    with pytest.raises(ValueError, match=r"the exercise key '7\.1' has to look like '8\.1'"):
        Lesson(8, "t", [exercise])


def test_a_question_needs_one_right_option_and_reasons():
    with pytest.raises(ValueError, match="it has 2 right"):
        Question("q", [Option("a", right=True, reason="r"), Option("b", right=True, reason="r")])
    with pytest.raises(ValueError, match="'a' has no reason"):
        Option("a")
