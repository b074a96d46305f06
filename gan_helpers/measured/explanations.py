"""Explanations, on many parts: which of them point at the defect."""

from gan_helpers.measured.rows import shipped_rows


def explanation_rows(model=None, *, judged_with="repaired"):
    """Return the rows of the shipped table, the best pointing game first.

    Parameters
    ----------
    model : {"classifier", "repair_gan"}, optional
        Both if not given.
    judged_with : {"repaired", "grey"}, optional
        The baseline of deletion and insertion; None gives all rows.

    Returns
    -------
    pandas.DataFrame
        A row a model, seed, method and baseline (``"-"`` for maps that need none); figures as from `summary`, ``ms`` a
        part, and where it was measured ``similarity``, to the map of a random network.

    Raises
    ------
    FileNotFoundError
        If the table isn't there; the message names the command that makes it.
    """
    table = shipped_rows("explanations")
    if model is not None:
        table = table[table["model"] == model]
    if judged_with is not None:
        table = table[table["judged_with"] == judged_with]
    return table.sort_values("pointing", ascending=False, ignore_index=True)
