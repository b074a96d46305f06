"""Walk through latent space in a real JupyterLab, by mouse, keys and buttons, and take pictures to look at.

Not part of the test suite: it needs a browser; see `play_inspector`::

    python tests/browser/play_latent_walk.py --pictures FOLDER [--dark]
"""

import argparse
import tempfile
from pathlib import Path

from play_inspector import jupyterlab, opened, run_all, write_notebook
from playwright.sync_api import expect

WALK = """\
from gan_helpers import checkpoints
from gan_helpers.widgets.latent_walk import LatentWalk

walk = LatentWalk(checkpoints.load_gan("close_ups"), kind="chip")
walk
"""


def shown(page):
    """Return the picture that is shown now, as the browser keeps it."""
    return page.locator(".latent-walk canvas.picture").evaluate("canvas => canvas.toDataURL()")


def play(page, pictures):
    """Drag, press keys, stroll, change corners and kind; every step is checked and photographed."""
    run_all(page)
    walk = page.locator(".latent-walk")
    walk.wait_for(timeout=90_000)
    status = walk.locator("[role=status]")
    expect(status).to_have_text("A 25 % · B 25 % · C 25 % · D 25 %")
    walk.screenshot(path=pictures / "1_start.png")
    start = shown(page)

    pad = walk.locator(".pad")
    box = pad.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 2, box["y"] + 2, steps=12)
    page.mouse.up()
    expect(status).to_contain_text("A 9")
    corner = shown(page)
    assert corner != start, "dragging changed nothing"
    walk.screenshot(path=pictures / "2_corner.png")

    pad.focus()
    for _ in range(30):
        page.keyboard.press("ArrowRight")
    expect(status).to_contain_text("B 9")
    assert shown(page) != corner, "keys changed nothing"

    walk.get_by_role("button", name="Stroll").click()
    page.wait_for_timeout(700)
    first = shown(page)
    page.wait_for_timeout(700)
    assert shown(page) != first, "strolling stands still"
    walk.get_by_role("button", name="Stop").click()

    before = shown(page)
    walk.get_by_role("button", name="Other corners").click()
    expect(status).to_contain_text("%", timeout=20_000)
    assert shown(page) != before, "other corners look the same"
    before = shown(page)
    walk.get_by_label("kind of part").select_option("missing_hole")
    expect(status).to_contain_text("%", timeout=20_000)
    page.wait_for_timeout(300)
    assert shown(page) != before, "another kind looks the same"
    walk.screenshot(path=pictures / "3_other_kind.png")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=Path, required=True)
    parser.add_argument("--dark", action="store_true")
    options = parser.parse_args()
    options.pictures.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        write_notebook(Path(folder) / "walk.ipynb", WALK)
        with jupyterlab(folder, dark=options.dark) as address, opened(address, "walk.ipynb") as page:
            play(page, options.pictures)


if __name__ == "__main__":
    main()
