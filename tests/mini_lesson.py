"""A whole lesson in miniature, one exercise of each kind: what the tests of lessons and notebooks work on."""

import numpy as np

from gan_helpers.lesson import Exercise, Lesson, Option, Question, on_cases, within


def escape_rate(labels, alarms):
    """Return the share of defective parts that raised no alarm."""
    defective = labels == 1
    return np.mean(~alarms[defective])


def overkill_rate(labels, alarms):
    """Return the share of good parts that raised an alarm."""
    good = labels == 0
    return np.mean(alarms[good])


LABELS = np.array([0, 0, 0, 0, 1, 1])
ALARMS = np.array([False, True, False, False, True, False])

lesson = Lesson(
    7,
    "Two ways to be wrong",
    exercises=[
        Exercise(
            key="7.1",
            kind="think",
            title="Which error hurts whom?",
            hints=("Follow the part to its next stop.", "Who holds the part when the error shows?"),
            options=[
                Option("The customer pays for overkill", reason="Overkill stays in the plant, in the scrap box."),
                Option("The customer pays for an escape", right=True, reason="An escaped part is **delivered**."),
            ],
        ),
        Exercise(
            key="7.2",
            kind="code",
            title="The escape rate",
            hints=("Only defective parts can escape.", "`np.mean` of true and false is the share of true."),
            reference=escape_rate,
            why="Good parts cannot escape, so they stay out of the count.",
            compare=on_cases([(LABELS, ALARMS), {"labels": LABELS, "alarms": ~ALARMS}]),
        ),
        Exercise(
            key="7.3",
            kind="play",
            title="Find the cheapest threshold",
            hints=("Cost is high at both ends.", "Look between 0.2 and 0.4."),
            reference=0.3,
            why="There, one more overkill costs as much as one escape less saves.",
            compare=within(0.03),
        ),
        Exercise(
            key="7.4",
            kind="bug",
            title="An overkill rate that is too small",
            hints=("Compare with the escape rate.", "By what is the number of alarms divided?"),
            reference=overkill_rate,
            why="Only good parts can be overkill, so they alone are counted.",
            compare=on_cases([(LABELS, ALARMS)]),
        ),
    ],
    quiz=[
        Question(
            "Ten of 200 defective parts pass. What is the escape rate?",
            [
                Option("5 %", right=True, reason="10 of 200 defective parts pass."),
                Option("It depends on the good parts", reason="good parts cannot escape."),
            ],
        ),
        Question(
            "Which of the two fills the scrap box?",
            [
                Option("Escapes", reason="escapes leave the plant."),
                Option("Overkill", right=True, reason="Good parts are thrown away."),
            ],
        ),
    ],
)

SOURCE = '''\
# %% [markdown]
# # 07 · Two ways to be wrong
#
# You will be able to
#
# - tell an escape from overkill,
# - compute both rates,
# - choose a threshold by its cost.
#
# **Before you start:** lesson 01.
#
# Reading: about 5 minutes. Running: about 1 minute.

# %% [markdown]
# ## Six parts
# We load what the lesson needs, and six parts with their alarms.

# %%
import numpy as np

from gan_helpers import plots
from gan_helpers.exercises.lesson_07 import lesson

labels = np.array([0, 0, 0, 0, 1, 1])
alarms = np.array([False, True, False, False, True, False])

# %% [markdown]
# ### Exercise 7.1 · Which error hurts whom?
#
# - **a)** The customer pays for overkill
# - **b)** The customer pays for an escape

# %% tags=["exercise"] exercise="7.1"
answer_7_1 = ...

# %%
answer_7_1 = lesson.check("7.1", answer_7_1)

# %% [markdown]
# ### Exercise 7.2 · The escape rate
# Write the function. Before you run it: which rate do you expect for the six parts?

# %% tags=["exercise"] exercise="7.2"
def escape_rate(labels, alarms):
    """Return the share of defective parts that raised no alarm."""
    return ...


# %%
escape_rate = lesson.check("7.2", escape_rate)

# %% [markdown]
# Now the figure that shows both.

# %%
figure = plots.figure_of_rates(escape_rate(labels, alarms))
plots.show(figure, alt="Two bars: half of the defective parts escape, a quarter of the good are overkill.")

# %% [markdown]
# > **In the factory.** Escapes are counted in parts per million delivered.

# %% [markdown]
# ### Exercise 7.3 · Find the cheapest threshold
# Guess first, then move the slider.

# %% tags=["exercise"] exercise="7.3"
answer_7_3 = ...

# %%
answer_7_3 = lesson.check("7.3", answer_7_3)

# %% [markdown]
# ### Exercise 7.4 · An overkill rate that is too small
# This function runs, and its result is wrong. Find the bug.

# %% tags=["exercise"] exercise="7.4"
def overkill_rate(labels, alarms):
    """Return the share of good parts that raised an alarm."""
    good = labels == 0
    return np.sum(alarms[good]) / len(labels)


# %%
overkill_rate = lesson.check("7.4", overkill_rate)

# %% [markdown]
# ## Recap
#
# - An escape is a defective part that passes, overkill a good part that does not.
# - Each rate counts its own kind of part only.
# - The cheapest threshold balances their costs.

# %% [markdown]
# ## Quiz

# %%
lesson.quiz()

# %% [markdown]
# ## Sources
#
# - Anomaly detection with GANs, [arXiv:1703.05921](https://arxiv.org/abs/1703.05921).
'''
