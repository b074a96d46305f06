# %% [markdown]
# # 01 · Background
#
# Why let a machine look at parts at all? Because eyes get tired. How good must it be? Better than a method that fits in
# three lines. In this lesson you measure both: yourself, and the three lines.
#
# You will be able to
#
# - say what escapes and overkill are, compute both, and give your own,
# - describe the two data sets of the course and split them without fooling yourself,
# - clean and normalise photographs, and say what each step takes away,
# - measure trivial baselines that any GAN of this course has to beat,
# - name the jobs in a plant that GANs are good for.
#
# **Before you start:** lesson 00.
#
# Reading: about 20 minutes, with the game. Running: about 1 minute.

# %% [markdown]
# ## Why eyes get tired
#
# Watching for a rare event is hard, and harder the longer it lasts. Mackworth (1948) let people watch a clock hand for
# a rare double step; after the first half hour they missed more of them. Inspection work has the same shape: many good
# parts, few bad ones, and a belt that doesn't wait. A later review (See et al. 2017) warns that what made inspectors
# miss defects then will go on doing so, unless the work is designed against it.
#
# Ninety seconds can't tire you, but they show how hard the single look is. You get 24 real solar cells, four seconds each.
# First we load them, and the detector of lesson 00, which will judge the very same cells.

# %%
import numpy as np
from gan_helpers import checkpoints, datasets, decisions, detectors, plots
from gan_helpers.exercises.lesson_01 import lesson

cells = datasets.load_solar_cells()
rng = np.random.default_rng(8)
belt = cells.test[
    np.concatenate(
        [
            rng.permutation(np.flatnonzero(cells.test.labels == 0))[:14],
            rng.permutation(np.flatnonzero(cells.test.labels == 1))[:10],
        ]
    )
]
gan = checkpoints.load("solar")
threshold = decisions.conformal_threshold(gan.score(cells.calibration.images), 0.05)

# %% [markdown]
# **Rules.** Press **G** for good and **D** for defective, or click. A cell is broken if it has a crack or a dark area; the
# evenly dark bars belong there. What you don't judge in time is shipped. **Guess first:** what share of the broken
# cells will you let through? Play before you scroll on: the same cells are shown below.

# %%
from gan_helpers.widgets.inspector import InspectorGame

belt_scores = gan.score(belt.images)
game = InspectorGame(
    belt.images, belt.labels, belt_scores, threshold, names=belt.names, keep=lesson.keep
)
game

# %% [markdown]
# If you see no game but a sheet of pictures, or want to play on paper: these are the same cells in the same order. Type
# your verdicts as letters, `game.play("ggdg...")`, 24 in all, and read the result with `game.result()`. Your verdicts are
# kept in your own folder: lesson 05 asks how far you and a detector agree.

# %%
plots.show(
    game.still(),
    alt="Contact sheet of 24 numbered solar cells, some with cracks or dark areas, for "
    "judging on paper.",
)

# %% [markdown]
# Your result, and the detector's (`NaN` means: not played yet). The intervals, from `escape_low` to `escape_high`, are
# wide, because 24 parts are few: that is the first lesson about any claim of an inspection rate.

# %%
columns = [
    "escapes",
    "defective",
    "escape_rate",
    "escape_low",
    "escape_high",
    "overkill",
    "good",
    "overkill_rate",
]
game.result()[columns].round(2)

# %% [markdown]
# ## Two ways to be wrong
#
# A defective part that passes is an **escape**: the customer finds it. A good part that is rejected is **overkill** (also
# called false reject): the plant pays for it. The two rates have different denominators:
#
# $$\text{escape rate} = \frac{\text{defective parts accepted}}{\text{defective parts}}, \qquad
# \text{overkill rate} = \frac{\text{good parts rejected}}{\text{good parts}}.$$
#
# ### Exercise 1.1 · Escapes and overkill
#
# Write both as one function. `labels` holds 0 for good and 1 for defective, `rejected` is true where a part was rejected.


# %% tags=["exercise"] exercise="1.1"
def error_rates(labels, rejected):
    """Return (escape rate, overkill rate) of verdicts on parts whose truth is known."""
    return ..., ...


# %%
error_rates = lesson.check("1.1", error_rates)

# %% [markdown]
# A customer counts differently: in **ppm**, defective parts per million *delivered*. With a share $\pi$ of defective parts
# on the line, a share $\pi \cdot \text{escape rate}$ of all parts is defective and accepted, and $(1 - \pi)(1 -
# \text{overkill rate})$ is good and accepted; ppm is the first as a share of both. The same inspector, on three lines:

# %%
escape_rate, overkill_rate = error_rates(
    cells.test.labels, gan.score(cells.test.images) > threshold
)
print(
    f"the detector on all test cells: escape rate {escape_rate:.0%}, overkill rate {overkill_rate:.0%}"
)
for defect_rate in (0.03, 0.003, 0.0003):
    ppm = decisions.escapes_ppm(escape_rate, overkill_rate, defect_rate)
    print(f"a line with {defect_rate:.2%} defects delivers {ppm:8,.0f} ppm")

# %% [markdown]
# The inspector is the same three times; what arrives at the customer is not. Escape rate and overkill rate belong to the
# inspector, ppm belongs to inspector *and* line.

# %% [markdown]
# ## The cover plates: data where everything is known
#
# Real data seldom come with the truth. So the course has a simulated line: it casts, turns and drills cover plates, and
# photographs them. Each has its settings, its lot and, if it is defective, an exact *mask*: which pixels belong to the
# defect. Here is every kind, mild above and severe below, outlined (a hole is missing or not: that has no mild form).

# %%
plates = datasets.load_parts()
kinds = ["scratch", "dent", "crack", "porosity", "stain", "chip", "missing_hole", "burr"]
figure, axes = plots.panels(2, 8, width=10.5, row_height=1.45)
for column, kind in enumerate(kinds):
    of_kind = plates.test[plates.test.kinds == kind]
    by_severity = of_kind.table["severity"].to_numpy().argsort()
    for row, part in enumerate((by_severity[12], by_severity[45])):
        plots.picture(axes[row, column], of_kind.images[part], mask=of_kind.masks[part])
    axes[0, column].set_title(kind.replace("_", " "), fontsize=9, loc="center")
plots.show(
    figure,
    alt="Cover plates with eight kinds of defects, a mild and a severe example each, "
    "outlined by a dashed line; stains are hard to see even when severe.",
)

# %% [markdown]
# Mild defects hide in the glare of the turned metal, as they do at a real line. And from lot to lot the brightness
# wanders. Each dot is a plate, each dash the mean of its lot:

# %%
brightness = plates.train.images.mean(axis=(1, 2, 3))
lots = plates.train.group_names
figure, axes = plots.panels(1, 1, width=8.5, row_height=2.8)
for place, lot in enumerate(lots):
    values = brightness[plates.train.groups == lot]
    at = np.full(len(values), place)
    axes[0, 0].plot(at, values, ".", color=plots.GOOD_COLOUR, alpha=0.35, markersize=4)
    axes[0, 0].plot(place, values.mean(), "_", color=plots.NEUTRAL, markersize=14)
axes[0, 0].set_xticks(range(len(lots)), lots, rotation=90, fontsize=8)
axes[0, 0].set(ylabel="mean brightness", title="Good plates only: brightness wanders")
plots.show(
    figure,
    alt="Mean brightness of good plates by lot: the lots' means wander by more than the "
    "parts within most lots scatter, and four lots fall into two groups.",
)

# %% [markdown]
# All these plates are good. A rule such as "reject what is darker than usual" would reject whole lots. One reason is
# the lamps, which drift. But why do some lots fall into two groups? Look at the tool that turns the plates: it wears,
# and a worn edge leaves a rougher and brighter face. Here are the lots in which tool wear spans nearly its whole range:

# %%
by_lot = plates.train.table.groupby("lot")["tool_wear"].agg(["min", "max"])
by_lot[by_lot["max"] - by_lot["min"] > 0.2]

# %% [markdown]
# The same four lots: in each of them the tool was changed. The pictures know more about the process than whether a part is
# good. Lesson 09 makes use of that.

# %% [markdown]
# ## The solar cells: real, and few
#
# The second data set is real: 901 monocrystalline cells from 18 modules (as far as the order
# of the files tells), judged by experts (cells on which they were unsure
# are left out). Look at cells of two modules.

# %%
modules = [name for name in cells.train.group_names if (cells.train.groups == name).sum() >= 7][
    :2
]
rows = np.concatenate([np.flatnonzero(cells.train.groups == name)[:7] for name in modules])
plots.show(
    plots.gallery(
        cells.train.images[rows], titles=cells.train.groups[rows].tolist(), columns=7
    ),
    alt="Two rows of seven good solar cells; within a row, which is one module, "
    "brightness and texture are alike, between the rows they differ.",
)

# %% [markdown]
# Cells of one module are like siblings: same brightness, same bars, same texture. Keep that in mind for the next question.
#
# A detector needs three sets: **train** to learn from, **calibration** to set a threshold, **test** to be touched once.
# We deal *good* cells by module: the good cells in test come from modules that the detector has never seen, as tomorrow's
# will. *Defective* cells are never trained on, so all of them are tested. Many articles deal the good pictures at random
# instead.
#
# ### Exercise 1.2 · Deal the cells at random?
#
# PCA (principal component analysis), of which more below, is fitted and tested on ten cuts by module. Then the same cells
# are dealt at random, ten times. What happens to its AUROC?
#
# - **a)** The figure stays the same; a split is a split
# - **b)** The figure rises, because the test has become easier than the factory
# - **c)** The figure falls, because the training set is more mixed

# %% tags=["exercise"] exercise="1.2"
answer_1_2 = ...  # a letter in quotation marks, such as "a"

# %%
answer_1_2 = lesson.check("1.2", answer_1_2)

# %% [markdown]
# Now measure it. The method and the broken cells are the same every time; only the dealing of the good cells differs.


# %%
def auroc_of(detector, split):
    """Fit on train, score test: return AUROC and the ends of its 95 % interval."""
    scores = detector.fit(split.train.images).score(split.test.images)
    interval = decisions.bootstrap_interval(decisions.auroc, split.test.labels, scores)
    return decisions.auroc(split.test.labels, scores), *interval


cuts = {"by module": [], "at random": []}
for (name, figures), way in zip(cuts.items(), ("module", "random"), strict=True):
    for seed in range(10):
        dealt = datasets.load_solar_cells(split_by=way, seed=seed)
        figures.append(auroc_of(detectors.PCAReconstruction(64), dealt)[0])
    print(f"{name}: mean {np.mean(figures):.2f}, {min(figures):.2f} to {max(figures):.2f}")

# %% [markdown]
# Each dot is one cut:

# %%
figure, axes = plots.panels(1, 1, width=7, row_height=1.9)
for place, figures in enumerate(cuts.values()):
    axes[0, 0].plot(figures, np.full(10, place), "o", color=plots.GOOD_COLOUR, alpha=0.5)
axes[0, 0].set_yticks(range(len(cuts)), list(cuts))
axes[0, 0].set(
    xlabel="AUROC of PCA on solar cells", xlim=(0.4, 1), ylim=(-0.6, len(cuts) - 0.4)
)
plots.show(
    figure,
    alt="AUROC of PCA over ten cuts: dealt by module the dots spread from about 0.55 to "
    "0.9, dealt at random they huddle at 0.92.",
)

# %% [markdown]
# Two lessons. First, the random deal flatters: the good test cells are siblings of training cells, so they look all too
# familiar. Nothing about the detector has improved, and it is the flattering figure that gets published. **Split by
# whatever tomorrow will be new**: module, lot, day, machine. Second, the figure depends on *which* modules are tested,
# far more than any interval over single cells says. With 18 modules, small differences between methods mean little.
# From here on we use one fixed cut (the course's default), on which PCA has 0.85; it is kind to PCA, as the dots show.
#
# Be as strict with the cut by module. All good test cells come from new modules, but about one broken cell in seven comes
# from a module whose good cells were learnt: it looks familiar, the good ones look new, and the figure gets too *low*. So
# leave out the broken cells of modules that were learnt from or set the threshold. **Guess first:** how much of the gap is
# left?

# %%
cuts["by module, new ones only"] = []
for seed in range(10):
    dealt = datasets.load_solar_cells(split_by="module", seed=seed, defects="unseen")
    cuts["by module, new ones only"].append(auroc_of(detectors.PCAReconstruction(64), dealt)[0])
for name, figures in cuts.items():
    print(f"{name}: mean {np.mean(figures):.2f}, {min(figures):.2f} to {max(figures):.2f}")

# %% [markdown]
# Less than half of it: 0.85 against 0.92 is what the random deal flatters by. The text says so, and this cell holds it to
# that:

# %%
means = {name: np.mean(figures) for name, figures in cuts.items()}
assert 0.66 < means["by module"] < 0.82 < means["by module, new ones only"] < 0.88
assert 0.90 < means["at random"] < 0.95

# %% [markdown]
# ## Clean and normalise
#
# Three steps are common. *Matching brightness* scales each picture to the same median: it takes lamp drift away. *Flat
# field* divides by the light on each pixel: it takes vignetting away. *Normalising* brings the numbers into the range
# that a network expects: a generator that ends in tanh draws values between -1 and 1, so pictures go from [0, 1] to
# [-1, 1].

# %%
level = float(np.median(cells.train.images))
light = datasets.illumination(cells.train.images, degree=2)
steps = {
    "flat field": lambda images: datasets.flat_field(images, light),
    "match brightness": lambda images: datasets.match_brightness(images, level),
}
cleaned = datasets.clean(cells.test, steps)
for note in cleaned.notes[-2:]:
    print(note)

# %% [markdown]
# (Vignetting is the fall-off of light towards the corners; a generator is the drawing half of a GAN, see lesson 02. The
# notes say by how much grey values between 0 and 1 have changed.) Before and after, on six cells of different modules:

# %%
some = [
    int(np.flatnonzero(cells.test.groups == name)[0]) for name in cells.test.group_names[:6]
]
pairs = np.concatenate([cells.test.images[some], cleaned.images[some]])
plots.show(
    plots.gallery(pairs, titles=["as photographed"] * 6 + ["cleaned"] * 6, columns=6),
    alt="Six solar cells before and after cleaning: dark and bright modules look alike "
    "afterwards, cracks stay visible.",
)

# %% [markdown]
# Dark modules now look like bright ones. What is gone is whether a cell as a whole is dark, and that can be a defect. And
# normalising, for later:

# %%
for_a_generator = datasets.to_tanh(cleaned.images)
print(f"from {for_a_generator.min():.1f} to {for_a_generator.max():.1f}")

# %% [markdown]
# Note that the level and the light were measured on *train*. That is easily got wrong, and nothing crashes if you do.
#
# ### Exercise 1.3 · A leak in the cleaning
#
# This function is found in many notebooks. It runs, and it is wrong. Find the bug and mend it.


# %% tags=["exercise"] exercise="1.3"
def standardised(train, test):
    """Return train and test images with the mean 0 and the standard deviation 1 that train gives."""
    everything = np.concatenate([train, test])
    mean, std = everything.mean(), everything.std()
    return (train - mean) / std, (test - mean) / std


# %%
standardised = lesson.check("1.3", standardised)

# %% [markdown]
# Does cleaning help? **Guess first**, for PCA on cells and on plates. We only match the brightness here.

# %%
from gan_helpers.datasets import Split

for name, split in (("solar cells", cells), ("cover plates", plates)):
    level = float(np.median(split.train.images))
    step = {
        "match brightness": lambda images, level=level: datasets.match_brightness(images, level)
    }
    matched = Split(
        *(datasets.clean(part, step) for part in (split.train, split.calibration, split.test))
    )
    before, after = (auroc_of(detectors.PCAReconstruction(64), s)[0] for s in (split, matched))
    print(
        f"{name:12}: AUROC of PCA {before:.2f} as photographed, {after:.2f} with brightness matched"
    )

# %% [markdown]
# One step, two answers. On the cells, brightness differs between modules for reasons that have nothing to do with defects,
# and matching helps a little. On the plates, glare and background change the median, so matching adds a disturbance and
# PCA gets worse. There is no cleaning that is good as such. Each step takes something away; measure whether it was noise.
#
# Note what we just did: we looked at test figures to compare two ways of cleaning. As an illustration that is fine. To
# *choose* a step you would have to look at held-out good parts or at forged defects, which lesson 05 does.

# %% [markdown]
# ## Three baselines to beat
#
# 1. **Mean brightness.** The score is how far the mean grey value lies from that of good parts.
# 2. **PCA.** Good parts are approximated by 64 patterns. A new part $x$ of $h$ by $w$ pixels in $c$ colours is redrawn
#    from these as $\hat x$, and what is left over is the score: $s(x) = \frac{1}{hwc}\lVert x - \hat x\rVert^2$.
# 3. **Nearest neighbour.** The score is the distance to the most similar good part, measured between the weights of the
#    same 64 patterns.
#
# None of them is a network, none needs a second to train. Here is what PCA sees:

# %%
pca = detectors.PCAReconstruction(64).fit(cells.train.images)
broken = cells.test.defective[np.array([4, 60, 111, 180, 240, 300])]
good_pca = pca.score(cells.calibration.images)
figure = plots.inspection(
    broken.images,
    np.clip(pca.reconstruct(broken.images), 0, 1),
    pca.anomaly_map(broken.images),
    decisions.conformal_p_values(good_pca, pca.score(broken.images)),
    kinds=broken.kinds,
    strongest=np.quantile(pca.anomaly_map(cells.calibration.images), 0.999),
)
plots.show(
    figure,
    alt="Six defective solar cells, as PCA redraws them, and maps of what is left over: "
    "large dark areas glow, fine cracks hardly do.",
)

# %% [markdown]
# PCA redraws the usual and stumbles over the unusual, just as a GAN does: large dark areas glow. But look at the
# verdicts: most of these broken cells pass. The threshold was set for 5 % overkill on the calibration cells. These come
# from two modules, one of which looks strange to PCA, so on the test cells it rejects fewer than 1 % of the good and
# lets 80 % of the broken pass. A good ranking is not yet a good inspector, and a threshold holds only as far as
# tomorrow's parts are like the calibration parts. Lesson 05 comes back to both.
#
# Now write the score yourself.
#
# ### Exercise 1.4 · Score by what can't be redrawn
#
# Both arrays have the shape (n, h, w, c). Return one number a part, the mean squared difference.


# %% tags=["exercise"] exercise="1.4"
def residual_score(images, redrawn):
    """Return one score a part: the mean squared difference between photograph and redrawn part."""
    return ...


# %%
residual_score = lesson.check("1.4", residual_score)

# %% [markdown]
# With your score, PCA's AUROC follows by hand. It has to agree with the package, since that computes the same:

# %%
own_scores = residual_score(cells.test.images, pca.reconstruct(cells.test.images))
own_auroc = decisions.auroc(cells.test.labels, own_scores)
print(f"AUROC of PCA on solar cells by your own score: {own_auroc:.3f}")
assert abs(own_auroc - decisions.auroc(cells.test.labels, pca.score(cells.test.images))) < 0.005

# %% [markdown]
# Now all three, on both data sets, in one figure. **Guess first:** which baseline wins where, and which is no better
# than a coin? For cells only *dark* is suspicious (a cell glows where it works); a plate may be too dark or too bright.


# %%
def baselines(split, side):
    """Return AUROC with interval for the three baselines."""
    methods = {
        "mean brightness": detectors.MeanBrightness(side),
        "PCA, 64 patterns": detectors.PCAReconstruction(64),
        "nearest neighbour": detectors.NearestNeighbour(64),
    }
    return {name: auroc_of(method, split) for name, method in methods.items()}


on_cells, on_plates = baselines(cells, "dark"), baselines(plates, "both")

# %% [markdown]
# The dotted line is a coin. Bars are 95 % intervals over the test parts; on cells, other modules would move the figures
# further.

# %%
figure = plots.comparison({"solar cells": on_cells, "cover plates": on_plates})
plots.show(
    figure,
    alt="AUROC with intervals: PCA leads on both data sets, at about 0.85 on cells and "
    "0.76 on plates; brightness and nearest neighbour are near a coin on plates.",
)

# %% [markdown]
# PCA leads on both. On cells even the mean brightness is worth something: dead areas are dark, and modules with many
# broken cells happen to be dark as a whole. On plates it is a coin, and the nearest neighbour hardly better: what the
# 64 patterns can't draw, and that is most of a small scratch, it never sees. (Mind what you saw at the cut: a quarter
# of the broken test cells here come from modules that were learnt from or set the threshold. PCA has 0.49 on those of
# learnt modules, 0.95 on those of the test's own.) **These are the figures to beat**, and we hold ourselves to them:

# %%
assert 0.73 < on_cells["mean brightness"][0] < 0.79
assert 0.82 < on_cells["PCA, 64 patterns"][0] < 0.88
assert 0.72 < on_cells["nearest neighbour"][0] < 0.78
assert on_plates["mean brightness"][0] < 0.60
assert 0.70 < on_plates["PCA, 64 patterns"][0] < 0.80

# %% [markdown]
# One AUROC hides a lot. Which defects does PCA find on the plates?

# %%
plate_pca = detectors.PCAReconstruction(64).fit(plates.train.images)
plate_scores, test = plate_pca.score(plates.test.images), plates.test
good = test.labels == 0
per_kind = {}
for kind in kinds:
    chosen = good | (test.kinds == kind)
    interval = decisions.bootstrap_interval(
        decisions.auroc, test.labels[chosen], plate_scores[chosen]
    )
    per_kind[kind.replace("_", " ")] = (
        decisions.auroc(test.labels[chosen], plate_scores[chosen]),
        *interval,
    )

# %% [markdown]
# Fifty parts of each kind against 300 good ones:

# %%
figure, axes = plots.panels(1, 1, width=6.5, row_height=3.8)
plots.intervals(axes[0, 0], dict(sorted(per_kind.items(), key=lambda item: -item[1][0])))
axes[0, 0].set(title="PCA on cover plates, by kind of defect", xlim=(0.4, 1))
plots.show(
    figure,
    alt="AUROC of PCA by kind of defect on plates: burrs best at about 0.92, then missing "
    "holes and scratches, stains worst at about 0.66; the intervals of the others "
    "overlap.",
)

# %% [markdown]
# Burrs are found best: they are bright. Missing holes and scratches follow, stains come last, and with fifty parts each
# the intervals of those between overlap, so don't rank them. Faint defects drown in the residue of glare and machining
# marks. That is the gap that a better detector has to close.

# %% [markdown]
# ## Where GANs serve
#
# A GAN sets two networks against each other: a generator draws parts, a discriminator tells drawn from real (lesson 02).
# Trained on good parts, the pair knows what good parts look like; trained on rare defects, it can draw more of them. Three
# jobs in a plant follow:
#
# | job | what the GAN does | lessons |
# | --- | --- | --- |
# | **Defect detection** | redraws a part without its defect, or is surprised by it; learns from good parts alone | 04, 05, 08 |
# | **Rare defects** | makes more examples of what happened ten times | 06 |
# | **Process: early warning, best settings** | its scores drift before rejects pile up; it draws parts at settings never tried | 09 |
#
# And where it doesn't serve: when a few hundred labelled defects exist, a plain classifier is often better; when the part
# has to be *measured*, a gauge is; when the light can be fixed, fix the light first. The course will show GANs losing
# wherever they do.

# %% [markdown]
# > **In the factory.** Before you buy an inspection system, let it and two of your inspectors judge the same 200 parts,
# > twice, in different order, with the truth known to nobody in the room. Quality people call that an attribute agreement
# > study, or attribute gauge R&R. If the two disagree with each other, no machine can agree with
# > both; if one disagrees with himself, not even with him.

# %% [markdown]
# ## Recap
#
# - **Escapes and overkill** have their own denominators; you computed both, and measured your own in the game.
# - **Two data sets**: plates with exact truth, cells that are real; both are split by what will be new tomorrow, because a
#   random deal flatters.
# - **Cleaning** takes something away: each step learns from train only, and the same step helped on cells and hurt on
#   plates.
# - **Baselines**: PCA reaches 0.85 on cells (on our cut) and 0.76 on plates; mean brightness on plates is a coin.
# - **Jobs for GANs**: detection from good parts alone, rare defects, early warning and settings.

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
# - Mackworth 1948, The breakdown of vigilance during prolonged visual search,
#   [doi:10.1080/17470214808416738](https://doi.org/10.1080/17470214808416738).
# - See, Drury, Speed, Williams and Khalandi 2017, The role of visual inspection in the 21st century,
#   Proceedings of the Human Factors and Ergonomics Society Annual Meeting 61, 262.
# - Deitsch et al. 2019, the solar cells,
#   [doi:10.1016/j.solener.2019.02.067](https://doi.org/10.1016/j.solener.2019.02.067), images CC BY-NC-SA 4.0.
# - Jackson and Mudholkar 1979, control by PCA residuals,
#   [doi:10.1080/00401706.1979.10489779](https://doi.org/10.1080/00401706.1979.10489779).
# - Bergmann et al. 2021, MVTec AD, whose folder layout the course uses,
#   [doi:10.1007/s11263-020-01400-4](https://doi.org/10.1007/s11263-020-01400-4).
