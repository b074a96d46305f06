"""The lessons: made from their sources, without outputs, and whole."""

import re
from importlib import import_module

import make_notebooks
import nbformat
import pytest
from lesson_structure import CHECKS, LessonSource

FOLDER = make_notebooks.FOLDER
SOURCES = sorted((FOLDER / "source").glob("*.py"))
NOTEBOOKS = [*sorted(FOLDER.glob("[0-9]*.ipynb")), *sorted((FOLDER / "solutions").glob("*.ipynb"))]


def lesson_of(path):
    lesson = import_module(f"gan_helpers.exercises.lesson_{path.name[:2]}").lesson
    return LessonSource(path.stem, path.read_text(encoding="utf-8"), lesson)


def test_the_notebooks_are_made_from_their_sources():
    sentences = make_notebooks.differing(make_notebooks.notebooks())
    assert not sentences, "\n".join([*sentences, "Cure: make notebooks"])


def test_every_lesson_is_in_all_three_folders():
    names = {path.stem for path in SOURCES}
    assert names, "There are no lessons in notebooks/source."
    assert {path.stem for path in FOLDER.glob("[0-9]*.ipynb")} == names
    assert {path.stem for path in (FOLDER / "solutions").glob("*.ipynb")} == names


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_a_notebook_is_clean(path):
    notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata.kernelspec.name == "python3"  # without it, Lab asks for a kernel
    assert all(
        cell.outputs == [] and cell.execution_count is None for cell in notebook.cells if cell.cell_type == "code"
    )
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", cell_id) for cell_id in ids)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_lesson_is_whole(path, check):
    sentences = list(check(lesson_of(path)))
    assert not sentences, f"{check.__doc__}\n" + "\n".join(sentences)
