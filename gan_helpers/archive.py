"""An archive of photographs, scored in pieces: in this process, on this machine's cores, or on a cluster.

`score_archive` is the same call in all three cases. What changes is the client: None, ``connect()`` for the cores of
this machine, ``connect("tcp://scheduler:8786")`` for a cluster that somebody runs. Photographs and detector are named
by their paths, which every worker must be able to read; what comes back is one row a photograph. A photograph that
can't be read becomes a row that says so, and the rest is scored.

>>> with archive.connect() as client:
...     table = archive.score_archive("photographs", "my_detector", client=client)
"""

import contextlib
import functools
import logging
import math
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm.auto import tqdm

from gan_helpers.datasets import DataError, load_image
from gan_helpers.datasets.reading import SUFFIXES
from gan_helpers.deploy import load_exported

PIECE = 64  # photographs a task: some tenths of a second of work, so that handing it out costs little
COLUMNS = ("name", "score", "p_value", "verdict", "problem")
REJECT, ACCEPT, UNREAD = "reject", "accept", "not read"
RETRIES = 2  # a task whose worker was lost is given to another one so often


def photographs(folder):
    """List the photographs of a folder and the folders below it, in the order of their names.

    Raises
    ------
    DataError
        If the folder isn't there or holds no photograph.
    """
    folder = Path(folder).expanduser()
    if not folder.is_dir():
        raise DataError(f"{folder} is no folder; give the folder that holds the photographs.")
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
    if not found:
        raise DataError(f"{folder} holds no photograph; it reads {', '.join(SUFFIXES)}.")
    return found


def score_archive(folder, detector, *, client=None, known=None, piece=PIECE):
    """Score every photograph of an archive.

    Parameters
    ----------
    folder : path-like
        With photographs, also in folders below it. On a cluster: a path that every worker can read.
    detector : path-like
        Folder of an exported detector, calibrated (`deploy.export_onnx`); likewise.
    client : distributed.Client, optional
        From `connect`; without one the work is done here, piece by piece.
    known : pandas.DataFrame, optional
        An earlier answer; what it has scored isn't scored again, so that a run that was stopped can go on.
    piece : int
        Photographs a task.

    Returns
    -------
    pandas.DataFrame
        A row a photograph, by name: ``name`` (relative to the folder), ``score``, ``p_value``, ``verdict`` ("accept",
        "reject" or "not read") and ``problem``, a sentence where the photograph couldn't be read.

    Raises
    ------
    DataError
        If there is no photograph.
    ValueError, FileNotFoundError, RuntimeError
        If the detector's folder is no calibrated exported detector, or ``piece`` is below 1.
    """
    if piece < 1:
        raise ValueError(f"piece = {piece}; give at least one photograph a task.")
    if load_exported(detector).threshold is None:  # met here once, not on every worker
        raise RuntimeError(f"{detector} has no threshold; export it with calibration=good_images.")
    root, detector = Path(folder).expanduser().resolve(), str(Path(detector).resolve())
    names = [path.relative_to(root).as_posix() for path in photographs(root)]
    done = pd.DataFrame(columns=list(COLUMNS)) if known is None else known[known["verdict"] != UNREAD]
    scored = set(done["name"])
    left = [name for name in names if name not in scored]
    pieces = [left[first : first + piece] for first in range(0, len(left), piece)]
    with tqdm(total=len(left), unit="photograph", desc=root.name, delay=2, leave=False) as progress:
        rows = []
        for answer in _answers(client, pieces, str(root), detector):
            rows += answer
            progress.update(len(answer))
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    if len(done):
        table = pd.concat([done[done["name"].isin(names)], table]) if len(table) else done[done["name"].isin(names)]
    return table.sort_values("name", ignore_index=True)


def score_piece(names, root, detector):
    """Score some photographs; this is what a worker runs. Returns a list of rows as `COLUMNS` names them."""
    inspector = _inspector(detector)
    side, grey = inspector.image_shape[0], inspector.image_shape[2] == 1
    images, problems = [], {}
    for name in names:
        try:
            images.append(load_image(Path(root) / name, side, grey=grey))
        except DataError as problem:
            problems[name] = str(problem)
        except (OSError, MemoryError) as problem:
            problems[name] = f"{name} could not be read ({problem}); copy it again or remove it."
    read = [name for name in names if name not in problems]
    rows = [(name, math.nan, math.nan, UNREAD, sentence) for name, sentence in problems.items()]
    if read:
        images = np.stack(images)
        scores = inspector.score(images)
        p_values = inspector.p_value_of(scores)
        for name, score, p_value in zip(read, scores, p_values, strict=True):
            rows.append((name, score, p_value, REJECT if score > inspector.threshold else ACCEPT, ""))
    return rows


@contextlib.contextmanager
def connect(address=None, *, threads=2):
    """Connect to a Dask cluster for the time of a ``with`` block.

    Parameters
    ----------
    address : str, optional
        Of a scheduler, such as ``"tcp://scheduler:8786"``. Without one, a cluster of this process's own threads is
        started and stopped again: no port is opened to the outside and no process is left behind.
    threads : int
        Of the cluster in this process; a cluster elsewhere has its own.

    Yields
    ------
    distributed.Client

    Raises
    ------
    ImportError
        If Dask isn't installed.
    ConnectionError
        If no scheduler answers at the address within ten seconds.
    """
    try:
        import dask
        from distributed import Client
    except ImportError as problem:
        raise ImportError('Dask is missing; install it with `pip install "dask[distributed]"`.') from problem
    logging.getLogger("distributed").setLevel(logging.ERROR)  # a cluster that stops says a lot about it
    # threads serve here, since decoding and scoring free Python's lock; a busy core makes the event loop late, which
    # is no news to a learner
    with dask.config.set({"distributed.comm.timeouts.connect": "10s", "distributed.admin.tick.limit": "1h"}):
        if address is None:
            client = Client(processes=False, n_workers=1, threads_per_worker=threads, dashboard_address=None)
        else:
            try:
                client = Client(address, timeout="10s")
            except (OSError, TimeoutError, ValueError) as problem:
                raise ConnectionError(
                    f"No scheduler answers at {address}; start one with `dask scheduler` and give its address."
                ) from problem
        with client:
            yield client


def _answers(client, pieces, root, detector):
    """Yield the rows of each piece as it comes in."""
    if client is None:
        yield from (score_piece(names, root, detector) for names in pieces)
        return
    from distributed import as_completed

    tasks = client.map(score_piece, pieces, root=root, detector=detector, retries=RETRIES, pure=False)
    for task in as_completed(tasks):
        yield task.result()


@functools.lru_cache(maxsize=2)
def _inspector(detector):
    return load_exported(detector)  # once a worker, not once a task
