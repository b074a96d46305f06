"""Paint defects in a real JupyterLab, by mouse and keys, and take pictures to look at.

Not part of the test suite: it needs a browser; see `play_inspector`::

    python tests/browser/play_defect_painter.py --pictures FOLDER [--dark] [--size 128] [--colour] [--gan]
"""

import argparse
import functools
import re
import tempfile
from pathlib import Path

from play_inspector import jupyterlab, opened, run_all, write_notebook
from playwright.sync_api import expect

PAINTER = """\
import numpy as np
from gan_helpers import checkpoints, datasets, detectors
from gan_helpers.widgets.defect_painter import DefectPainter

parts = datasets.load_parts({size})
seen = lambda images: np.clip(images * ([1.0, 0.93, 0.8] if {colour} else 1.0), 0, 1).astype(np.float32)
train, calibration, good = seen(parts.train.images), seen(parts.calibration.images), seen(parts.test.good.images[:3])
detector = checkpoints.load("parts") if {gan} else detectors.PCAReconstruction(pooling="max").fit(train)
painter = DefectPainter(detector, good, detector.score(calibration))
painter
"""
LATER = "len(painter.strokes), painter.p_value"
FROM_PYTHON = "painter.stroke([(10, 10), (30, 30)], width=3, tool='brighter')"
ERRORS_OF_JUPYTER = re.compile("favicon|Failed to load resource|ResizeObserver loop")
expect.set_options(timeout=20_000)


def look(painter, name):
    return painter.locator(f"canvas.{name}").evaluate("canvas => canvas.toDataURL()")


def play(page, pictures):
    """Paint by mouse and keys, take back, clear, change part; every step is checked and photographed."""
    run_all(page)
    painter = page.locator(".defect-painter")
    painter.wait_for(timeout=240_000)
    page.get_by_role("button", name="| Idle").wait_for(timeout=60_000)
    cells = page.locator(".jp-Notebook .jp-CodeCell").count()
    verdict, easel = painter.locator(".verdict"), painter.locator(".easel")
    slider = functools.partial(painter.get_by_role, "slider")
    undo, clear = (painter.get_by_role("button", name=name) for name in ("Undo", "Clear"))
    undo.click()  # what the last cell painted from Python
    expect(painter).to_contain_text("Nothing is painted yet.")
    painter.screenshot(path=pictures / "1_start.png")
    clean = look(painter, "easel"), look(painter, "map")

    def at(x, y):
        easel.scroll_into_view_if_needed()
        box = easel.bounding_box()
        return box["x"] + x * box["width"], box["y"] + y * box["height"]

    page.mouse.move(*at(0.25, 0.3))
    page.mouse.down()
    page.mouse.move(*at(0.5, 0.42), steps=15)
    page.mouse.move(*at(0.75, 0.7), steps=15)
    page.mouse.up()
    expect(painter).to_contain_text("of the map's heat lies on")
    page.wait_for_timeout(800)
    print(painter.locator("p.soft").last.inner_text(), "|", verdict.inner_text())
    painter.screenshot(path=pictures / "2_scratch.png")
    assert look(painter, "map") != clean[1], "the map did not answer"

    undo.click()
    expect(painter).to_contain_text("Nothing is painted yet.")
    page.mouse.move(5, 5)
    page.wait_for_timeout(200)
    assert (look(painter, "easel"), look(painter, "map")) == clean, "undo left something"

    painter.get_by_label("what the brush does").select_option("stain")
    slider(name="Brush").fill("10")
    slider(name="Soft edge").fill("1")
    page.mouse.click(*at(0.35, 0.65))
    expect(undo).to_be_enabled()
    painter.get_by_label("what the brush does").select_option("brighter")
    slider(name="Brush").fill("2")
    slider(name="Strength").fill("1")
    easel.focus()
    for key in (
        ["ArrowRight"] * 9 + ["Enter"] + ["ArrowDown", "ArrowRight"] * 7 + ["Enter"] + ["Shift+ArrowUp"] * 3 + [" "]
    ):
        page.keyboard.press(key)
    page.wait_for_timeout(800)
    painter.screenshot(path=pictures / "3_stain_and_keys.png")
    for _ in range(2):
        page.keyboard.press("u")
    page.keyboard.press("d")
    page.keyboard.press("d")
    expect(undo).to_be_enabled()  # the stain is still there
    clear.click()
    expect(painter).to_contain_text("Nothing is painted yet.")

    painter.get_by_role("button", name="Other part").click()
    expect(painter.get_by_role("button", name="Other part (2 of 3)")).to_be_visible()
    page.wait_for_timeout(300)
    assert look(painter, "easel") != clean[0], "the other part looks the same"
    painter.screenshot(path=pictures / "4_other_part.png")
    page.screenshot(path=pictures / "5_page.png")
    assert page.locator(".jp-Notebook .jp-CodeCell").count() == cells, "a key reached JupyterLab"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=Path, required=True)
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--colour", action="store_true")
    parser.add_argument("--gan", action="store_true", help="the shipped f-AnoGAN instead of PCA")
    options = parser.parse_args()
    options.pictures.mkdir(parents=True, exist_ok=True)
    errors = []
    with tempfile.TemporaryDirectory() as folder:
        source = PAINTER.format(size=options.size, colour=options.colour, gan=options.gan)
        write_notebook(Path(folder) / "painter.ipynb", source, FROM_PYTHON, LATER)
        with jupyterlab(folder, dark=options.dark) as address, opened(address, "painter.ipynb") as page:
            page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
            page.on("pageerror", lambda error: errors.append(str(error)))
            play(page, options.pictures)
    errors = [error for error in errors if not ERRORS_OF_JUPYTER.search(error)]
    assert not errors, errors


if __name__ == "__main__":
    main()
