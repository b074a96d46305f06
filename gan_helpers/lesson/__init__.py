"""How a lesson is made and what the learner sees of it.

A lesson's exercises live in ``gan_helpers/exercises/lesson_NN.py`` as one `Lesson` named ``lesson``; its
notebook holds the stubs and one line an exercise::

    escape_rate = lesson.check("1.2", escape_rate)

which says how far off the answer is and hands back what to go on with: the learner's own answer if it is
right, the reference otherwise, so that the cells below always run.
"""

from gan_helpers.lesson.comparators import all_of, choice, on_cases, within
from gan_helpers.lesson.distance import difference
from gan_helpers.lesson.exercise import Exercise, Option, Question
from gan_helpers.lesson.learner import Lesson, progress

__all__ = [
    "Exercise",
    "Lesson",
    "Option",
    "Question",
    "all_of",
    "choice",
    "difference",
    "on_cases",
    "progress",
    "within",
]
