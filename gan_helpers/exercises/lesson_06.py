"""Exercises and quiz of lesson 06."""

import numpy as np

from gan_helpers.lesson import Exercise, Lesson, Option, Question, on_cases, within


def precision_at(prevalence, tpr, fpr):
    """Return the share of rejected parts that are defective, at a prevalence."""
    true_alarms = prevalence * np.asarray(tpr, dtype=float)
    alarms = true_alarms + (1 - prevalence) * np.asarray(fpr, dtype=float)
    return np.where(alarms > 0, true_alarms / np.where(alarms > 0, alarms, 1), 1.0)


def balanced_rows(labels, held_out):
    """Return the rows to train on: good ones once, then as many defective ones, repeated in their order."""
    rows_good = np.flatnonzero((labels == 0) & ~held_out)
    rows_defective = np.flatnonzero((labels == 1) & ~held_out)
    return np.concatenate([rows_good, np.resize(rows_defective, len(rows_good))])


def is_new(made, ten, typical):
    """Return bool (n,): True for made parts that are farther than `typical` from every one of the ten."""
    distances = np.linalg.norm(made[:, None] - ten[None], axis=2)
    return distances.min(axis=1) > typical


TPR, FPR = 0.6, 0.05  # of the inspector at the slider
EVEN = 100 * FPR / (FPR + TPR)  # per cent: pi TPR = (1 - pi) FPR

_RNG = np.random.default_rng(6)
LABELS = np.array([0, 0, 1, 0, 0, 1, 0, 1, 0, 0])
HELD_OUT = np.array([0, 1, 0, 0, 0, 1, 0, 0, 0, 0], dtype=bool)
TEN = _RNG.normal(size=(10, 4))
MADE = np.concatenate([TEN[:3] + 0.05, TEN[3:5] + 0.6, _RNG.normal(3, 1, (3, 4))])

lesson = Lesson(
    6,
    "Imbalance",
    exercises=[
        Exercise(
            key="6.1",
            kind="code",
            title="Precision at the line",
            hints=(
                "Of all parts, the share `prevalence * tpr` is defective and rejected. Which share is good and "
                "rejected?",
                "`alarms = prevalence * tpr + (1 - prevalence) * fpr`. Divide; `np.where(alarms > 0, ..., 1.0)` can "
                "take care of no alarm at all.",
            ),
            reference=precision_at,
            why="Precision mixes what the inspector does (TPR, FPR) with what the line does (prevalence). The better "
            "the line, the more of its alarms are false, with the same inspector.",
            compare=on_cases(
                [
                    (0.01, 0.6, 0.05),
                    (0.01, 0.0, 0.05),
                    (0.5, 0.9, 0.1),
                    (0.02, np.array([0.0, 0.3, 1.0]), np.array([0.0, 0.01, 1.0])),
                    (np.array([0.001, 0.3]), 0.6, 0.05),
                ],
                rtol=1e-4,
            ),
        ),
        Exercise(
            key="6.2",
            kind="play",
            title="Where half of the alarms are true",
            hints=(
                "Move the slider to the right until 50 of 100 alarms are true.",
                "Half are true where `prevalence * 0.6` equals `(1 - prevalence) * 0.05`.",
            ),
            reference=EVEN,
            why="There true and false alarms are equally many: π · 0.6 = (1 - π) · 0.05, so π = 0.05 / 0.65 = 7.7 %. "
            "A line with that many defective parts stands still; on any better one most alarms of this inspector are "
            "false.",
            compare=within(0.4),
        ),
        Exercise(
            key="6.3",
            kind="bug",
            title="A leak in the balance",
            hints=(
                "Which rows may never be trained on? Check both classes.",
                "The good rows are asked for `~held_out`, the defective ones aren't.",
            ),
            reference=balanced_rows,
            why="Held-out defective parts were repeated into the training set, so the classifier is examined on parts "
            "that it knows. The order is: split first, then balance, augment, paste or draw, from the training side "
            "alone.",
            compare=on_cases([(LABELS, HELD_OUT), (LABELS, np.roll(HELD_OUT, 1)), (LABELS, ~np.isin(LABELS, (0, 1)))]),
        ),
        Exercise(
            key="6.4",
            kind="think",
            title="A hole that means nothing",
            hints=(
                "Look at the good pictures in the lower row: what could a square have hidden?",
                "What is shown as good, again and again, can't be a sign of a defect.",
            ),
            options=[
                Option(
                    "None: the squares are much larger than real defects",
                    reason="Size is no shield: where a square lies over a hole, a good part lacks that hole.",
                ),
                Option(
                    "A missing hole, since good parts whose holes were cut away are shown as good",
                    right=True,
                    reason="The label says that a part without this hole is good. Augmentation declares what doesn't "
                    "matter; what it declares so can't be found any more.",
                ),
                Option("Scratches, since they are thin", reason="Cutting a square out hides a scratch, it draws none."),
            ],
        ),
        Exercise(
            key="6.5",
            kind="code",
            title="Is it new?",
            hints=(
                "All distances at once: `made[:, None] - ten[None]` has the shape (n, 10, d).",
                "`np.linalg.norm(..., axis=2).min(axis=1)` is each made part's distance to the nearest of the ten.",
            ),
            reference=is_new,
            why="A copy teaches the classifier what oversampling teaches it already, and looks like progress. The "
            "scale of what counts as near comes from real parts, never from taste.",
            compare=on_cases([(MADE, TEN, 0.5), (MADE, TEN, 0.8), (MADE, TEN, 1.3), (MADE, TEN[:1], 0.0)]),
        ),
    ],
    quiz=[
        Question(
            "1 % of the parts are defective. A report says: accuracy 99 %. What do you know?",
            [
                Option(
                    "Nothing about the defects: accepting every part gives the same",
                    right=True,
                    reason="Ask for TPR at a stated FPR, and for the number of defective parts behind it.",
                ),
                Option("One defect in a hundred escapes", reason="It may be that all of them escape."),
                Option("The detector is good", reason="So is the one that sleeps, by this figure."),
            ],
        ),
        Question(
            "Class weights make the ten count as much as hundreds. What do they not do?",
            [
                Option("Change the loss", reason="That is all they do."),
                Option(
                    "Show the classifier what other defects look like",
                    right=True,
                    reason="The ten stay ten. Knowledge comes from augmentation, pasting, forging, or more parts.",
                ),
                Option(
                    "Shift the scores",
                    reason="They do: outputs are no probabilities at the line's prevalence any more.",
                ),
            ],
        ),
        Question(
            "A GAN knows ten defects. Its drawings look splendid, KID and rehearsal praise them. Will they help?",
            [
                Option(
                    "Yes, three checks agree",
                    reason="With ten real ones to ask, the checks find a GAN that has failed and no more: the judge "
                    "taught by real ones was worse than a coin in two draws of five.",
                ),
                Option(
                    "It can't be said yet: compare with what you already have, over several draws",
                    right=True,
                    reason="Drawings can be fine and still push out something better.",
                ),
                Option(
                    "No, drawn defects do harm",
                    reason="Beside the pasted ones the control lost more without any drawing. Harm came from "
                    "convincing good parts filed as defective, and these can't be told from good parts.",
                ),
            ],
        ),
        Question(
            "An arm has AP 0.81, another 0.79, on one seed with ten defective parts. Which is better?",
            [
                Option(
                    "It can't be said yet: try both on several tens and compare within each",
                    right=True,
                    reason="With another ten the order may turn round. Pairs within a seed take out what a lucky ten "
                    "gives to all arms.",
                ),
                Option("The first", reason="Two hundredths are less than another ten parts change."),
                Option(
                    "Neither, the intervals overlap", reason="Overlapping intervals of paired figures prove nothing."
                ),
            ],
        ),
    ],
)
