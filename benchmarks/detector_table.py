"""The Markdown tables of the benchmark of detectors, made from the rows in its CSV files."""

from pathlib import Path

import numpy as np
import pandas as pd
from detector_run import METHODS, OWN, title_of

BEGIN, END = "<!-- figures: written by benchmarks/detectors.py -->", "<!-- end of figures -->"
LOOKS = "_chosen_on_test.csv"
KEY = ("size", "cut", "method", "seed", "budget")  # columns that tell a run of a detector
INTRODUCTION = """# Detectors, measured

Fit on good parts of train, threshold from other good parts, test once; nothing is chosen on test images. Trivial
baselines stand first. `make bench` makes the tables again; `make bench DATA=path` measures your own folder.
"""
LEGEND = """
- **AUROC**: mean over the seeds, with the least and the largest; then the 95 % interval of a bootstrap over the test
  parts, its ends averaged over the seeds. A method without a seed runs once.
- **AP, TPR, AUPRO**: average precision, share of defective parts found at 5 % false alarms, area under the per-region
  overlap up to 0.3 (where masks are known); means over the seeds.
- **Escapes, overkill**: at the conformal threshold for 5 % false alarms; left open where there are fewer than 19
  calibration parts, since 5 % can't be promised then. On monocrystalline cells 59 of the 107 calibration parts are of a
  design that no training part and only two test parts have; that lifts thresholds and lets defects escape (lesson 05).
- **Minutes** of training: processor time on one core, half of it on two. **ms** a part, alone and in a batch of 64:
  one thread each, two runs at a time. Rows come from several machines, shared ones, so that the same network took three
  times as long on one day as on another: compare them to a factor of three.
- **Chosen on test**: what the best of about twenty looks at the *test* set during training would have added to the
  AUROC. That is how many published figures come about. It is not a result."""
RATES = {
    "average_precision": "AP",
    "tpr_at_5_fpr": "TPR",
    "aupro": "AUPRO",
    "escape_rate": "escapes",
    "overkill_rate": "overkill",
}


def rows_of(folder):
    """Read all rows: data set -> pandas.DataFrame. Tables of other benchmarks in the folder are passed over."""
    paths = sorted(path for path in Path(folder).glob("*.csv") if not path.name.endswith(LOOKS))
    own_first = sorted(paths, key=lambda path: (path.stem not in OWN, path.stem))
    tables = {path.stem: pd.read_csv(path) for path in own_first}
    return {name: rows for name, rows in tables.items() if set(KEY) <= set(rows)}


def write(folder):
    """Write the tables into ``README.md``, between their marks; what stands around them is kept."""
    path = Path(folder) / "README.md"
    text = path.read_text(encoding="utf-8") if path.is_file() else f"{INTRODUCTION}\n{BEGIN}\n{END}\n"
    if BEGIN not in text or END not in text:
        raise ValueError(f"{path} has lost the marks {BEGIN!r} and {END!r}; put them where the tables belong.")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    path.write_text(f"{before}{BEGIN}\n{figures(rows_of(folder))}\n{END}{after}", encoding="utf-8")


def figures(tables):
    """Return the Markdown of all tables, ``tables`` as `rows_of` gives them."""
    lines = []
    for name, rows in tables.items():
        for (size, budget), same in rows.groupby(["size", "budget"], sort=True):
            cuts = sorted(same["cut"].dropna().unique())
            title = f"{title_of(name)}, {size}x{size}" + ("" if budget == "full" else f", budget `{budget}`")
            title = title[0].upper() + title[1:]
            for cut in cuts or [None]:
                chosen = same if cut is None else same[same["cut"] == cut]
                lines += _section(title if cut is None else f"{title}, cut {cut:.0f}", chosen)
            if len(cuts) > 1:
                lines += _section(f"{title}, all {len(cuts)} cuts together", same)
    return "\n".join([*lines, LEGEND])


def _section(title, rows):
    first = rows.iloc[0]
    counts = rows[["n_train", "n_calibration", "n_good", "n_defective"]].drop_duplicates()
    sizes = (
        f"{first.n_train} good parts to train, {first.n_calibration} to calibrate, {first.n_good} good and "
        f"{first.n_defective} defective to test."
        if len(counts) == 1
        else "Sizes differ from cut to cut."
    )
    machines = " / ".join(sorted(rows["machine"].unique()))
    rates = {column: heading for column, heading in RATES.items() if column in rows and rows[column].notna().any()}
    heads = ["method", "runs", "AUROC (least to largest)", "95 % interval", *rates.values()]
    heads += ["minutes", "ms, alone", "ms, in a batch", "chosen on test"]
    body = []
    for method in METHODS:
        same = rows[rows["method"] == method]
        if len(same):
            body.append(_line(method, same, rates))
    return [f"\n## {title}\n", f"{sizes} Measured on {machines}.\n", _cells(heads), "|" + " --- |" * len(heads), *body]


def _line(title, rows, rates):
    auroc = rows["auroc"]
    spread = f"{auroc.mean():.3f}" + (f" ({auroc.min():.3f} to {auroc.max():.3f})" if len(rows) > 1 else "")
    interval = f"{rows['auroc_low'].mean():.3f} to {rows['auroc_high'].mean():.3f}"
    added = (rows["auroc_chosen_on_test"] - auroc).mean() if "auroc_chosen_on_test" in rows else np.nan
    cells = [title, str(len(rows)), spread, interval]
    cells += ["" if np.isnan(rows[column].mean()) else f"{rows[column].mean():.3f}" for column in rates]
    cells.append(f"{rows['minutes'].mean():.1f}")
    paces = [rows[column].median() for column in ("one_ms", "batch_ms")]
    cells += ["" if np.isnan(pace) else f"{pace:.3g}" for pace in paces]
    return _cells([*cells, "" if np.isnan(added) else f"+{added:.3f}"])


def _cells(texts):
    return "| " + " | ".join(texts) + " |"
