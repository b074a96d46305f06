"""The shipped small detector of lesson 07, which ``benchmarks/compression.py`` makes."""

from gan_helpers import detectors, measured, settings
from gan_helpers.checkpoints.inspectors import CARD

STUDENT = "parts-student"


def load_student():
    """Load the shipped student of the repair GAN on parts, 128x128: fewer channels, tuned.

    Raises
    ------
    FileNotFoundError
        If it isn't there; the message names the command that makes it.
    """
    folder = student_folder()
    if not (folder / "detector.json").is_file():
        raise FileNotFoundError(
            f"The checkpoint {folder} is missing; make it with `{measured.COMMANDS['compression']}`."
        )
    return detectors.load(folder)


def student_folder():
    """Return where the student lives."""
    return settings.data_folder() / "checkpoints" / STUDENT


def write_student_card(rows, variant):
    """Write the student's model card from what the benchmark measured.

    Parameters
    ----------
    rows : pandas.DataFrame
        Of ``data/benchmarks/compression.csv``.
    variant : str
        The one that is shipped; names of its rows begin so.
    """
    rows = rows[rows["variant"].str.startswith(variant) & (rows["budget"] == "full")]
    shipped = rows[rows["seed"] == load_student().seed].iloc[0]
    lines = [
        "# Slim student of the repair GAN on rendered cover plates",
        "",
        f"- **Data**: rendered parts, 128x128; the good parts that `parts-repair_gan` learnt from, {shipped['n_good']} "
        f"good and {shipped['n_defective']} defective to test. Licence: MIT.",
        f"- **Training**: {shipped['weights']:,} weights, the teacher's best channels, tuned for {shipped['steps']:,} "
        f"steps on good parts and forged defects, {shipped['minutes']:.0f} minutes of one core after those of the "
        "teacher.",
        "- **Chosen**: its channels and steps on plates of other days, after the test figures of other small detectors "
        "had been seen; see lesson 07.",
        f"- **Kept**: seed {shipped['seed']}, fixed before training. No threshold: set your own from held-out good "
        "parts, anew for each exported file.",
        "- **Not for**: any other part, light, camera or size; no figure here carries over to your line.",
        "",
        "| detector | file | kB | ms a part | AUROC, shipped seed | 95 % interval | over the seeds |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for (name, file), runs in rows.groupby(["variant", "file"], sort=False):
        kept = runs[runs["seed"] == shipped["seed"]].iloc[0]
        lines.append(
            f"| {name} | {file} | {kept['kB']:.0f} | {runs['one_ms'].median():.2f} | {kept['auroc']:.3f} | "
            f"{kept['auroc_low']:.3f} to {kept['auroc_high']:.3f} | {len(runs)}: {runs['auroc'].min():.3f} to "
            f"{runs['auroc'].max():.3f} |"
        )
    (student_folder() / CARD).write_text("\n".join([*lines, ""]), encoding="utf-8")
