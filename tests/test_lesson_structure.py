"""The structure checks find each fault, and are content with a whole lesson."""

import copy

import lesson_structure
import mini_lesson
import pytest
from lesson_structure import CHECKS, LessonSource

from gan_helpers.lesson import Exercise, Lesson, on_cases


def faults(source=mini_lesson.SOURCE, lesson=mini_lesson.lesson, check=None, name="07_mini"):
    found = LessonSource(name, source, lesson)
    return [sentence for each in ([check] if check else CHECKS) for sentence in each(found)]


def changed(**attributes):
    lesson = copy.copy(mini_lesson.lesson)
    vars(lesson).update(attributes)
    return lesson


def without(text, replacement=""):
    assert text in mini_lesson.SOURCE
    return mini_lesson.SOURCE.replace(text, replacement)


def test_a_whole_lesson_has_no_faults():
    assert faults() == []


LONG_CELL = "\n".join(["# %% [markdown]", "# Long.", "", "# %%", *(f"x{i} = {i}" for i in range(19)), ""])
FIGURE = "plots.show(figure, alt="
ALT = '"Two bars: half of the defective parts escape, a quarter of the good are overkill."'


@pytest.mark.parametrize(
    ("check", "source", "fault"),
    [
        ("title", without("# # 07 · Two", "# # Two"), "first line has to be the title '# 07 · Two ways to be wrong'"),
        ("opening", without("You will be able to", "Goals"), 'lacks "You will be able to"'),
        ("opening", without("# - compute both rates,\n"), "lists 2 objectives"),
        ("opening", without("**Before you start:**", "Needs"), 'lacks "Before you start"'),
        ("opening", without("Reading: about 5 minutes.", "Reading: not long."), 'lacks "Reading: about N minutes"'),
        ("opening", without("Running: about 1 minute."), 'lacks "Running: about N minutes"'),
        ("recap", without("# ## Recap", "# ## End"), 'no "## Recap"'),
        ("recap", without("# - Each rate counts its own kind of part only.\n"), "2 points for 3 objectives"),
        ("quiz", without("lesson.quiz()", "lesson.progress()"), "no cell calls `lesson.quiz()`"),
        ("sources", without("# ## Sources", "# ## Thanks"), 'no "## Sources"'),
        ("sources", without("[arXiv:1703.05921](https://arxiv.org/abs/1703.05921)", "2017"), "name no DOI"),
        ("in_the_factory", without("In the factory", "In practice"), "no callout"),
        ("length_of_cells", mini_lesson.SOURCE + LONG_CELL, "('x0 = 0') has 19 lines"),
        (
            "announced",
            without("lesson.quiz()", "lesson.quiz()\n\n# %%\nlabels.sum()"),
            "('labels.sum()') follows no text",
        ),
        ("figures", without(f"{FIGURE}{ALT})", "plots.show(figure)"), "without `alt=`"),
        ("figures", without(ALT, '"Two bars."'), "alt text has 9 characters"),
        ("figures", without(ALT, 'f"Bars: {labels.mean():.2f} and {alarms.mean():.2f}"'), "alt text has 11 characters"),
        ("figures", without(ALT, '""'), "alt text has 0 characters"),
        ("figures", without(f"{FIGURE}{ALT})", "plt.show()"), "calls `plt.show`"),
        ("figures", without(f"{FIGURE}{ALT})", "plt.plot(labels)"), "doesn't show it"),
        ("figures", without(f"{FIGURE}{ALT})", "plots.figure_of_rates(1)"), "doesn't show it"),
        ("figures", without(f"{ALT})", f"{ALT})\nlabels.sum()"), "has to be the last value of the cell"),
        ("figures", without(f"{FIGURE}{ALT})", f"picture = {FIGURE}{ALT})"), "has to be the last value of the cell"),
        ("figures", without("# ## Six parts", "# ![](six.png)"), "picture without alt text"),
        ("figures", without("# ## Six parts", '# <img src="six.png">'), "picture without alt text"),
        ("exercise_cells", without(' exercise="7.2"'), "exercise 7.2 (The escape rate) has 0 cells"),
        ("exercise_cells", without(' exercise="7.2"'), 'needs both tags=["exercise"] and exercise='),
        ("exercise_cells", without('tags=["exercise"] exercise="7.2"', 'exercise="7.2"'), "needs both tags"),
        ("exercise_cells", without('exercise="7.2"', 'exercise="7.9"'), "exercise 7.9, which is not registered"),
        ("exercise_cells", without("### Exercise 7.3 · Find", "### Find"), 'the heading "Exercise 7.3 · Find the'),
        ("exercise_cells", without('= lesson.check("7.4"', '= lesson.check("7.2"'), "the next code cell lacks"),
        (
            "exercise_cells",
            without('answer_7_3 = lesson.check("7.3"', 'lesson.check("7.3"'),
            "the next code cell lacks",
        ),
        ("stubs", without("def escape_rate(labels, alarms)", "def rate(labels, alarms)"), "defines no `escape_rate`"),
        ("stubs", without("def escape_rate(labels, alarms)", "def escape_rate(y, alarms)"), "takes (y, alarms)"),
        (
            "stubs",
            without("def escape_rate(labels, alarms)", "def escape_rate(alarms, labels)"),
            "takes (alarms, labels)",
        ),
        ("stubs", without("answer_7_1 = ...", 'answer_7_1 = "b"'), "is no stub"),
        ("stubs", without("    return ...", "    return np.mean(labels)"), "stub of exercise 7.2 is no stub"),
        ("stubs", without("np.sum(alarms[good]) / len(labels)", "np.mean(alarms[good])"), "doesn't notice the bug"),
        ("options", without("**b)** The customer pays for an", "**b)** The customer likes an"), 'lacks "- **b)** The'),
        ("portable", without("import numpy as np\n", "# !pip install numpy\n"), "installs a package"),
        ("portable", without("import numpy as np\n", "import requests\n"), "fetches something"),
        ("portable", without("import numpy as np\n", 'folder = "/home/me/parts"\n'), "path '/home/me/parts'"),
        ("portable", without("import numpy as np\n", 'folder = "C:\\\\parts"\n'), "ask gan_helpers.settings"),
        ("portable", without("import numpy as np\n", 'folder = "../data"\n'), "relative path '../data'"),
        ("proven", without("# %%\nlesson.quiz()", "# %%\n# NBVAL_SKIP\nlesson.quiz()"), "by NBVAL_SKIP"),
        ("proven", without("# %%\nlesson.quiz", '# %% tags=["raises-exception"]\nlesson.quiz'), "by raises-exception"),
    ],
)
def test_a_fault_in_the_source_is_named(check, source, fault):
    sentences = faults(source, check=getattr(lesson_structure, check))
    assert any(fault in sentence for sentence in sentences), sentences
    assert all(sentence.startswith("07_mini") for sentence in sentences)


def test_a_figure_may_be_shown_by_display_too():
    source = without(f"{FIGURE}{ALT})", f"display({FIGURE}{ALT}))\nlabels.sum()")
    assert faults(source, check=lesson_structure.figures) == []


def test_a_wrong_lesson_number_is_named():
    assert "registered for lesson 08" in faults(lesson=changed(number=8), check=lesson_structure.title)[0]


def test_a_quiz_of_one_question_is_too_short():
    lesson = changed(questions=mini_lesson.lesson.questions[:1])
    assert "has 1 questions" in faults(lesson=lesson, check=lesson_structure.quiz)[0]


def test_exercises_of_one_kind_only_are_too_few():
    only_code = {"7.2": mini_lesson.lesson.exercises["7.2"]}
    assert "of 1 kind" in faults(lesson=changed(exercises=only_code), check=lesson_structure.kinds)[0]


def test_a_reference_that_fails_its_own_check_is_named():
    def escape_rate(labels, alarms):
        """Return something else at every call."""
        calls.append(0)
        return len(calls)

    calls = []
    exercise = Exercise(
        key="7.2",
        kind="code",
        title="The escape rate",
        hints=("a", "b"),
        reference=escape_rate,
        why="c",
        compare=on_cases([(1, 2)]),
    )
    sentences = faults(lesson=Lesson(7, "x", [exercise]), check=lesson_structure.stubs)
    assert any("reference of exercise 7.2 doesn't pass" in sentence for sentence in sentences)


def test_every_check_has_its_fault_here():
    tried = {
        mark.args[1][i][0] for mark in test_a_fault_in_the_source_is_named.pytestmark for i in range(len(mark.args[1]))
    }
    assert {check.__name__ for check in CHECKS} - tried == {"kinds"}  # tested above, by its exercises
