"""Work at the threshold desk in a real JupyterLab, by mouse, keys and fields, and take pictures to look at.

Not part of the test suite: it needs a browser; see `play_inspector`::

    python tests/browser/play_threshold_desk.py --pictures FOLDER [--dark]
"""

import argparse
import re
import tempfile
from pathlib import Path

from play_inspector import jupyterlab, opened, run_all, write_notebook
from playwright.sync_api import expect

DESK = """\
from gan_helpers import datasets, detectors
from gan_helpers.widgets.threshold_desk import ThresholdDesk

parts = datasets.load_parts(64)
made = {pooling: detectors.PCAReconstruction(pooling=pooling).fit(parts.train.images) for pooling in ("max", "mean")}
score = {f"PCA, {name}": detector.score for name, detector in made.items()}
test, calibration = parts.test, parts.calibration
desk = ThresholdDesk(
    test.labels,
    {name: of(test.images) for name, of in score.items()},
    {name: of(calibration.images) for name, of in score.items()},
)
desk
"""
LATER = "desk.state"
ERRORS_OF_JUPYTER = re.compile("favicon|Failed to load resource|ResizeObserver loop")
expect.set_options(timeout=15_000)


def figure(desk, name):
    """Return the value that stands beside a name."""
    return desk.locator(".figures > div", has_text=name).locator("strong").inner_text()


def value(desk):
    return float(desk.locator(".plot").get_attribute("aria-valuenow"))


def play(page, pictures):
    """Drag, press keys, buttons and fields, switch detectors; every step is checked and photographed."""
    run_all(page)
    desk = page.locator(".threshold-desk")
    desk.wait_for(timeout=120_000)
    cells = page.locator(".jp-Notebook .jp-CodeCell").count()
    plot, sentence = desk.locator(".plot"), desk.locator(".sentence")
    expect(sentence).to_contain_text("a day")
    desk.screenshot(path=pictures / "1_start.png")
    start = value(desk)

    box = plot.bounding_box()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 80, steps=25)
    page.mouse.up()
    expect(plot).not_to_have_attribute("aria-valuenow", str(start))
    dragged = value(desk)
    page.wait_for_timeout(500)
    after_drag = sentence.inner_text()
    desk.screenshot(path=pictures / "2_dragged.png")

    plot.focus()
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    assert value(desk) > dragged, "arrow keys changed nothing"
    expect(sentence).not_to_have_text(after_drag)
    page.keyboard.press("End")
    expect(desk.locator(".figures")).to_contain_text("100 %")
    desk.screenshot(path=pictures / "3_all_accepted.png")
    page.keyboard.press("Home")
    expect(desk.locator(".figures")).to_contain_text("nothing shipped")
    page.keyboard.press("d")
    page.keyboard.press("d")

    desk.get_by_role("button", name="To the cheapest").click()
    expect(desk.locator(".figures")).to_contain_text("€0 above the cheapest")
    desk.screenshot(path=pictures / "4_cheapest.png")
    field = desk.get_by_label("Cost of one escape, as a number")
    field.fill("20000")
    field.press("Enter")
    expect(desk.locator(".figures")).not_to_contain_text("€0 above the cheapest")
    desk.get_by_role("button", name="To the cheapest").click()
    expect(desk.locator(".figures")).to_contain_text("€0 above the cheapest")
    desk.screenshot(path=pictures / "5_dear_escapes.png")

    rate = desk.get_by_label("Defective parts on the line", exact=True)
    rate.focus()
    for _ in range(4):
        page.keyboard.press("PageDown")
    expect(desk.get_by_label("Defective parts on the line, as a number")).not_to_have_value("1")
    promised = desk.get_by_label("False alarm rate to promise, as a number")
    promised.fill("0.01")
    promised.press("Enter")
    expect(desk).to_contain_text("needs at least 9999 held-out good parts")
    expect(desk.get_by_role("button", name="To the promise")).to_be_disabled()
    desk.screenshot(path=pictures / "6_too_much_promised.png")
    promised.fill("10")
    promised.press("Enter")
    desk.get_by_role("button", name="To the promise").click()
    expect(desk.locator(".figures")).to_contain_text("p ≤ 0.09")

    desk.get_by_label("detector").select_option("PCA, mean")
    expect(desk.locator(".figures")).to_contain_text("p ≤ 0.09")
    page.wait_for_timeout(400)
    desk.screenshot(path=pictures / "7_other_detector.png")
    page.screenshot(path=pictures / "8_page.png")
    assert page.locator(".jp-Notebook .jp-CodeCell").count() == cells, "a key reached JupyterLab"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=Path, required=True)
    parser.add_argument("--dark", action="store_true")
    options = parser.parse_args()
    options.pictures.mkdir(parents=True, exist_ok=True)
    errors = []
    with tempfile.TemporaryDirectory() as folder:
        write_notebook(Path(folder) / "desk.ipynb", DESK, LATER)
        with jupyterlab(folder, dark=options.dark) as address, opened(address, "desk.ipynb") as page:
            page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
            page.on("pageerror", lambda error: errors.append(str(error)))
            play(page, options.pictures)
    errors = [error for error in errors if not ERRORS_OF_JUPYTER.search(error)]
    assert not errors, errors


if __name__ == "__main__":
    main()
