# %% [markdown]
# # 10 · Capstone: your own parts
#
# A folder of photographs goes in. Out come a detector, a threshold with its price, a report for those who decide, and
# a script of ten lines for the line. Run it once as it is, with solar cells; then name your own folder and run it
# again. Every section begins with what *you* decide: the rest is computed.
#
# You will be able to
#
# - say whether photographs are fit for a detector, and what to mend,
# - train a GAN on them and judge it against plain rivals on the same parts,
# - choose a threshold by cost, and say what it costs on parts that had no say in it,
# - hand over a report whose verdict is computed and whose limits are named,
# - export the detector and score new photographs without this course.
#
# **Before you start:** lesson 05. Lessons 01 and 09 help.
#
# Reading: about 30 minutes. Running: about 2 minutes.

# %% [markdown]
# ## Your photographs
#
# **You decide** which photographs. In the next but one cell, write the path of your folder in quotation marks instead
# of `None`. Any of these will do:
#
# | what | how it looks |
# | --- | --- |
# | MVTec AD layout | `train/good`, `test/good`, `test/<defect>`, and `ground_truth/<defect>` if you have masks |
# | folders | `good` (or `ok`, `normal`...) beside `defective` (or `nok`, `scratch`...); folders below `good` are lots, folders below `defective` kinds of defect |
# | one folder | photographs side by side; a name with a word such as `bad`, `nok` or `defect` marks a defective part |
# | an archive | a `.zip` of any of these |
#
# And if you still have to take them:
#
# - **Light:** the same lamp at the same place, daylight shut out. Low and from the side for scratches and dents, from
#   all around for print and colour. Fixed exposure, fixed white balance, no automatic anything.
# - **Distance:** the camera on a stand, the part in a nest or against a stop. The smallest defect that matters has to
#   span three pixels *after* the photograph was shrunk; the check below does the sum.
# - **Background:** plain, matt, of a tone that the part does not have, and the same in every photograph.
# - **How many:** two hundred good parts or more, over several days and lots, a folder for each; three lots at least. If
#   nothing says which part is for what, about half of them are learnt from, a sixth calibrates, a third tests. Thirty
#   defective ones of the kinds that hurt, for the test only.

# %%
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from gan_helpers import capstone, decisions, plots
from gan_helpers.exercises.lesson_10 import lesson
from gan_helpers.settings import budget, by_budget, home, seed_everything
from IPython.display import display

seed_everything(10)

# %% [markdown]
# This is the one cell that names a folder. (On Windows write `r"C:\parts"`, with an r before the quotation marks.) If
# something is wrong with it, a card says what, and the lesson goes on with the solar cells.

# %%
photographs = None  # or a path in quotation marks: your folder, or a .zip of it

own = capstone.load_photographs(photographs, size=by_budget(smoke=64, lesson=64, full=128))
split, test = own.split, own.split.test
own

# %% [markdown]
# Three heaps, and each photograph lies on one of them: to *learn* from, to *calibrate* (which sets p-values and
# promises), and to *test*. Here the test also has to choose between detectors and to set the threshold by cost, since
# it holds the only defects; what that flatters is said where it happens. No photograph is left out silently; what was odd or
# not read stands under "Good to know". Look at some of them, at the size that the detector will see. **Guess first:**
# could *you* tell the two rows apart at this size?

# %%
shown = [test.good, test.defective] if len(test.defective) else [test.good]
rows = [side.images[np.linspace(0, len(side) - 1, 8).astype(int)] for side in shown]
fig = plots.over_time(["good", "defective"][: len(rows)], rows, columns=8, side=1.1)
plots.show(
    fig,
    alt="Eight good parts of the test in a row and, where there are any, eight defective ones below them, at the "
    "size that the detector sees.",
)

# %% [markdown]
# What you cannot see here, it cannot see either: if the defect is gone, no training brings it back. Load larger
# images, or go nearer with the camera.
#
# ## Are they fit?
#
# **You decide** what to mend before anything is trained. A dozen questions, each with its answer, a verdict and
# advice. **Guess first:** what will be the weakest point of these photographs?

# %%
check = capstone.check_photographs(split)
check

# %% [markdown]
# *Look* means: know it, and name it in the report. *Mend* means: no promise holds before. Each limit has its reason,
# which stands beside it in `capstone.counting` and `capstone.looking`. Two of them by hand: with $n$ held-out good
# parts the smallest p-value is $1 / (n + 1)$, so 5 % takes 19 of them. And if none of $n$ defective parts escapes, the
# true escape rate may still be about $3 / n$, with 95 % confidence.
#
# ### Exercise 10.1 · Which cut
#
# Eighty parts a day were photographed, Monday to Friday; good ones mostly, 400 in all. The detector is to judge next
# week's parts. How do you cut?
#
# - **a)** Deal all 400 photographs out at random
# - **b)** Learn from the first three days, calibrate on the fourth, test on the fifth
# - **c)** Learn from all five days, and test on new photographs of the same parts

# %% tags=["exercise"] exercise="10.1"
answer_10_1 = ...  # a letter in quotation marks, such as "a"

# %%
answer_10_1 = lesson.check("10.1", answer_10_1)

# %% [markdown]
# ## Train, beside plain rivals
#
# **You decide** how long. The repair GAN of lesson 05 learns from your good parts and from defects that are forged on
# them. Here it trains for a minute or two, with nothing chosen on the way. For the figure that you will hand over, put
# `%env GAN_QC_BUDGET=full` into a cell at the top and run the lesson again: it takes larger images and six times the
# steps. Three rivals stand beside it that need no training to speak of: mean brightness, PCA, and PCA with a local
# maximum. **Guess first:** who wins?

# %%
trial = capstone.try_detectors(split)
trial.table.round(3)

# %% [markdown]
# `AUROC` with its interval, then the share of defects found if 5 % of the good parts may be rejected, with its
# interval. The same as a picture; without defective parts in the test there is nothing to rank.

# %%
fig, axes = plots.panels(1, 1, width=7, row_height=2.6)
ranked = trial.table.dropna()
plots.intervals(axes[0, 0], {name: tuple(row.iloc[:3]) for name, row in ranked.iterrows()})
print(trial.why)
plots.show(
    fig,
    alt="AUROC of mean brightness, PCA, PCA with a local maximum and the repair GAN on the same test parts, each with "
    "its interval; the recommendation is printed above.",
)

# %% [markdown]
# The recommendation follows a rule that was fixed before: the GAN only if its lead over the best rival is beyond doubt
# (the whole interval of the difference above zero), the plainer one otherwise. Intervals of single bars may overlap
# and the difference be sure all the same, because both saw the same parts. If a rival wins, that is a result, and the
# rest of the lesson goes on with it.
#
# One doubt no interval shows: the first half of your good parts has taught the GAN's restorer, the second half its
# marker. Before you hand a GAN over, fit a second one to `split.train.images[::-1]`, so that the halves change places,
# and compare. If the two disagree, fit `detectors.RepairPair`, which averages both, and look for parts of more lots.
# Lesson 05 has met such a case.

# %%
if not own.own and budget() != "smoke":
    assert 0.80 < trial.table.loc["PCA, local maximum", "AUROC"] < 0.92
    assert trial.table.loc["mean brightness", "AUROC"] < trial.table.loc["PCA", "AUROC"]

# %% [markdown]
# ## The p-value
#
# **You decide** nothing here; you write the line that everything hangs on. For a part with score $s$ and $n$
# calibration scores: of the good parts, the part itself counted in, what share looks at least as suspicious?
#
# ### Exercise 10.2 · The p-value from calibration scores
#
# `calibration` has the shape (n,), `scores` (m,); return (m,) p-values. Equal scores count as "at least".


# %% tags=["exercise"] exercise="10.2"
def p_values(calibration, scores):
    """Return for each score the share of good parts, the part itself counted in, that look at least as suspicious."""
    return ...


# %%
p_values = lesson.check("10.2", p_values)

# %% [markdown]
# **Guess first:** if the promise holds on your test, which share of its good parts has a p-value of 0.1 or less?

# %%
from scipy.stats import betabinom, norm

calm, scores = trial.good_scores[trial.recommended], trial.scores[trial.recommended]
p_of_test = p_values(calm, scores)
assert np.allclose(p_of_test, decisions.conformal_p_values(calm, scores))
for label, name in ((0, "good"), (1, "defective")):
    if (test.labels == label).any():
        print(f"{name:10} p <= 0.1: {(p_of_test[test.labels == label] <= 0.1).mean():4.0%}")
if tenth := (len(calm) + 1) // 10:
    chance = betabinom(len(test.good), tenth, len(calm) + 1 - tenth).interval(0.95)
    low, high = np.array(chance) / max(len(test.good), 1)
    print(f"good ones, by chance alone: {low:.0%} to {high:.0%}")

# %% [markdown]
# Chance alone moves the share of the good ones a good deal: where all parts are alike, 95 of 100 sets of this size stay
# within the last line. Outside of it, the lots of the test are not like those of the calibration: go back to "drift of
# brightness" and "cut by lot" in the check.
#
# Before you trust a p-value, ask what it was made of: the scores of the good calibration parts, lot by lot. The last
# column is the share of pairs, one part of this lot and one of the others, in which this lot's looks more suspicious.
# **Guess first:** where lots are alike, what is it?

# %%
print(capstone.lot_apart(trial) or "No lot of the calibration stands apart.")
capstone.good_scores_by_lot(trial).round(3)

# %% [markdown]
# On the solar cells one of the two modules is another product, as lesson 05 found: hardly any of its cells looks less
# suspicious than one of the other module. Whoever leaves such a lot out has to have that reason, from the pictures, and
# must not ask which figures get better.

# %%
if not own.own and budget() != "smoke":
    assert "module_36 stands apart" in capstone.lot_apart(trial)

# %% [markdown]
# ## The threshold, by cost
#
# **You decide** two prices and a share: what a defective part costs that reaches the customer, what a good part costs
# that is thrown away, and how many parts are defective *on the line* (never the share in your test). Ask those who pay.

# %%
cost_escape = 100.0  # of one defective part shipped
cost_overkill = 4.0  # of one good part rejected
defect_rate = 0.02  # share of defective parts on the line

# %% [markdown]
# The desk of lesson 05, with your detectors and prices. **Guess first:** does inspection pay at all? Then drag the
# threshold.

# %%
from gan_helpers.widgets.threshold_desk import ThresholdDesk

prices = {
    "defect_rate": defect_rate,
    "cost_escape": cost_escape,
    "cost_overkill": cost_overkill,
}
if test.labels.any():
    order = [trial.recommended, *(name for name in trial.scores if name != trial.recommended)]
    values, calm_values = (
        {name: of[name] for name in order} for of in (trial.scores, trial.good_scores)
    )
    desk = ThresholdDesk(test.labels, values, calm_values, **prices)
else:
    desk = "No defective part is known, so costs cannot be weighed; the promise decides."
desk

# %% [markdown]
# A desk to practise on, the same for everybody: good parts score like a normal distribution around 0, defective ones
# around 2; 2 % of the parts are defective, and a good part rejected costs 4.

# %%
even = norm.ppf((np.arange(400) + 0.5) / 400)  # 400 scores, spread evenly over the distribution
practice = ThresholdDesk(
    np.repeat([0, 1], 400),
    np.concatenate([even, even + 2]),
    even,
    defect_rate=0.02,
    cost_escape=20,
    cost_overkill=4,
)
practice

# %% [markdown]
# ### Exercise 10.3 · The price behind a promise
#
# **Predict first:** how dear must an escape be, so that the *cheapest* threshold rejects just the 5 % of good parts
# that everybody promises? Then change the cost of an escape at the desk, go to the cheapest threshold, read the
# overkill rate, and enter the cost at which it is 5 %.

# %% tags=["exercise"] exercise="10.3"
answer_10_3 = ...  # a cost, such as 20

# %%
answer_10_3 = lesson.check("10.3", answer_10_3)

# %% [markdown]
# Now the trap of all thresholds by cost.
#
# ### Exercise 10.4 · A threshold that has seen the test
#
# This function is to say what the cheapest threshold costs on *new* parts. It gets all parts and a mask: where
# `chosen` is true, parts may choose the threshold; the others have to pay for it. It runs, and promises too much.
# Mend it.


# %% tags=["exercise"] exercise="10.4"
def cost_on_new_parts(labels, scores, chosen, prices):
    """Choose the threshold on the parts where `chosen` is true; return its cost a part on the others."""
    best = decisions.cheapest_threshold(labels, scores, **prices)
    return best.cost


# %%
cost_on_new_parts = lesson.check("10.4", cost_on_new_parts)

# %% [markdown]
# On your parts, a hundred times with other halves. **Guess first:** how much does the choice flatter itself?

# %%
rng = np.random.default_rng(10)
if trial.measured:
    other = []
    for _ in range(100):
        half = np.zeros(len(scores), bool)  # every other part, good and defective ones alike
        half[np.lexsort((rng.random(len(scores)), test.labels))[::2]] = True
        other.append(cost_on_new_parts(test.labels, scores, half, prices))
    flattered = decisions.cheapest_threshold(test.labels, scores, **prices).cost
    print(f"chosen and paid on the same parts: {1000 * flattered:6,.0f} per 1,000 parts")
    print(f"chosen on one half, paid on other: {1000 * np.mean(other):6,.0f}")
else:
    print(f"{len(test.good)} good and {len(test.defective)} defective: too few to weigh costs.")

# %% [markdown]
# The more parts, the smaller the gap. The decision below uses all parts to choose, and ten piles that take turns to
# say what it will cost. Without enough defective parts, or where the cheapest would be to inspect nothing, it keeps a
# promise on false alarms instead; the sentence says which.

# %%
decision = capstone.choose_threshold(trial, **prices)
print(decision)
for name in ("escape", "overkill", "calibration_overkill"):
    print(f"{name.replace('_', ' '):22}", capstone.verdicts.percent(getattr(decision, name)))

# %% [markdown]
# The last line is a second opinion: the calibration parts had no say in a threshold by cost. If the two overkill rates
# are far apart, the lots are not alike, and a threshold that suits the one is wrong for the other. The solar cells show
# it: their calibration parts come from two modules only. The report will say so.
#
# ## Look at the worst
#
# **You decide** whether to believe it. Escapes first (defective parts that passed), then false alarms, each beside the
# map of suspicion. **Guess first:** will the map of an escape glow at the defect?

# %%
worst = capstone.worst_parts(trial, decision)
row = [*worst["escape"][:4], *worst["false alarm"][:4]] or worst["found"]
print(*(f"{part.what}: {part.name}, p = {part.p_value:.3f}" for part in row), sep="\n")
if row:
    figure = capstone.worst_figure(trial, decision, row)
    display(plots.show(figure, alt=capstone.alt_text(row)))
else:
    print("No part to show: nothing escaped, nothing was rejected.")

# %% [markdown]
# A rejected part with p = 0.5? The p-value compares it with the calibration parts, the verdict with a threshold that the
# costs have set. Where half of the calibration parts look strange to the detector, as on the solar cells, the two can
# disagree.
#
# A glow at the wrong place is a detector that is right by luck. A false alarm with a speck of dust is a part to clean,
# one with a glare a lamp to move, and now and then one is *really* defective and the label is wrong. Write down what
# you see; a name as printed above, and a few words. These texts go into the report; the rubric asks whether they are there
# and long enough, your reader whether they are true.

# %%
remarks = {}  # such as {"test/good/0007.png": "glare at the rim, not a defect"}
reason = ""  # why these prices: who said so, and when
own_limits = ""  # which parts, light, cameras and defects it has never seen, in your own words
author = ""

# %% [markdown]
# ## Files for the line
#
# **You decide** where they go: a folder for each set of photographs, so that a slip in the path of one doesn't replace
# what you handed over for another. The recommended detector, GAN or not, becomes a network in ONNX with a card beside
# it: shape of the images, threshold, calibration scores, checksum. Both are data; reading them runs no code.

# %%
folder = home() / "capstone" / own.title.replace(" ", "_")
exported = capstone.export(trial, decision, folder)
print(exported, *sorted(path.name for path in folder.iterdir()), sep="\n")

# %% [markdown]
# And the ten lines that score photographs. `reading.py` beside it turns a photograph into numbers just as the course
# has done it: size, colour, padding, orientation of the camera. You know the line with `p_value` already.

# %%
print((folder / "score.py").read_text(encoding="utf-8"))

# %% [markdown]
# The proof: four test parts as files, and the script in a Python of its own. It needs NumPy, Pillow and ONNX Runtime,
# nothing else. **Guess first:** are the scores the same, digit by digit?

# %%
from PIL import Image

photos = Path(tempfile.mkdtemp())
some = np.linspace(0, len(test) - 1, 4).astype(int)
for i in some:
    pixels = (255 * test.images[i].squeeze()).round().astype(np.uint8)
    Image.fromarray(pixels).save(photos / f"part_{i:04d}.png")
line = [sys.executable, str(folder / "score.py"), str(photos)]
told = subprocess.run(line, capture_output=True, text=True)
print(told.stdout, told.stderr, sep="\n")
print("here:", *(f"{score:.6g}" for score in scores[some]))
shutil.rmtree(photos)

# %% [markdown]
# Nearly: a file keeps 256 tones of grey, the arrays here keep more. From the same file both give the same score.
#
# ## The report
#
# **You decide** who gets it. One file, for the screen and for paper; the verdict is computed from the figures, never
# written by hand. **Guess first:** what will it advise?

# %%
report = capstone.write_report(
    folder / "report.html",
    trial,
    decision,
    check,
    exported=exported,
    own_limits=own_limits,
    reason=reason,
    remarks=remarks,
    author=author,
)
verdict = capstone.verdict(trial, decision, check)
print(f"Open in a browser: {report}\n\n{verdict.headline}", *verdict.reasons, sep="\n- ")

# %% [markdown]
# More than a trial beside the present inspection no test set can advise: the line itself has to say the rest, with
# the charts of lesson 09. The limits, as the report puts them:

# %%
print(*capstone.limits(trial, decision, check), sep="\n\n")

# %% [markdown]
# > **In the factory.** Hand over the folder, not the notebook: network, card, script, report. Let it run *beside* the
# > inspectors for some weeks and act on nothing, and compare (kappa, lesson 05). Agree beforehand on three things: who
# > looks at what is rejected, after which changes (lamp, lens, tool, supplier) it is calibrated anew, and at which
# > share of alarms a week it is switched off.

# %% [markdown]
# ## The rubric
#
# **You decide** when it is done. Points, what was found, and how to get the rest. With the solar cells and empty texts
# a good part of them is missing: they are yours to get.

# %%
marks = capstone.grade(
    own,
    trial,
    decision,
    check,
    exported=exported,
    report=report,
    own_limits=own_limits,
    reason=reason,
    remarks=remarks,
)
marks

# %% [markdown]
# Now go back to the cell that begins with `photographs = None`, and name your own folder. If you have none at hand: fifty
# photographs of something on your desk, ten of them with a sticker on it, are enough to go through it once. They leave a
# dozen good ones for the test, and too few for a promise of 5 %: that takes 19 good parts to calibrate alone.
#
# ## Recap
#
# - **Fit for a detector:** a dozen questions, each limit with its reason; what is to be mended is mended with the
#   camera, not with a larger network.
# - **Against plain rivals:** the same parts, the same test, the interval of the difference; the GAN only if its lead is
#   beyond doubt.
# - **By cost:** two prices and a share set the threshold, and piles that take turns say what it costs on parts that didn't
#   choose it; without defects a promise on false alarms remains.
# - **A report:** the verdict first and computed, the worst parts shown, the limits named by you.
# - **Without this course:** a network, a card and ten lines, which give the same scores.

# %% [markdown]
# ## Quiz

# %%
lesson.quiz()

# %% [markdown]
# What you have solved so far:

# %%
lesson.progress()

# %% [markdown]
# ## Sources
#
# - Bergmann et al. 2021, MVTec AD, the layout of folders,
#   [doi:10.1007/s11263-020-01400-4](https://doi.org/10.1007/s11263-020-01400-4).
# - Hanley and Lippman-Hand 1983, if nothing goes wrong (3 / n),
#   [doi:10.1001/jama.1983.03330370053031](https://doi.org/10.1001/jama.1983.03330370053031).
# - Pech-Pacheco et al. 2000, sharpness by the Laplacian,
#   [doi:10.1109/ICPR.2000.903548](https://doi.org/10.1109/ICPR.2000.903548).
# - Bates et al. 2023, conformal p-values, [doi:10.1214/22-AOS2244](https://doi.org/10.1214/22-AOS2244); Vovk 2012,
#   their range, [arXiv:1209.2673](https://arxiv.org/abs/1209.2673).
# - Metz 1978, the cheapest threshold, [doi:10.1016/S0001-2998(78)80014-2](https://doi.org/10.1016/S0001-2998(78)80014-2);
#   Stone 1974, choosing and judging on the same parts,
#   [doi:10.1111/j.2517-6161.1974.tb00994.x](https://doi.org/10.1111/j.2517-6161.1974.tb00994.x).
# - Zavrtanik, Kristan and Skočaj 2021, forged defects, [arXiv:2108.07610](https://arxiv.org/abs/2108.07610).
# - Solar cells: Deitsch et al. 2019,
#   [doi:10.1016/j.solener.2019.02.067](https://doi.org/10.1016/j.solener.2019.02.067).
#
# Next: 11_beyond.ipynb, where the same ideas leave the factory hall.
