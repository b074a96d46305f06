"""Let a shift run by in a real JupyterLab, by buttons and keys, and take pictures to look at.

Not part of the test suite: it needs a browser; see `play_inspector`::

    python tests/browser/play_live_chart.py --pictures FOLDER [--dark]
"""

import argparse
import re
import tempfile
from pathlib import Path

from play_inspector import jupyterlab, opened, run_all, write_notebook
from playwright.sync_api import expect

CHART = """\
import numpy as np
from gan_helpers import datasets, process
from gan_helpers.widgets.live_chart import LiveChart

rng = np.random.default_rng(3)
defective = rng.binomial(40, np.where(np.arange(30) < 12, 0.02, 0.07))
z = (defective - 0.8) / 0.9
made = process.faulty_shift("tool_wear", 1)
pictures = datasets.photographed(made[:30], 128).images
charts = {"evidence": process.cusum(z, restart=True), "rejects": process.cusum(0.4 * z + 0.3 * rng.normal(size=30))}
live = LiveChart(charts, defective, begin=12.4, pictures=pictures, minutes_per_lot=40 / 3)
live
"""
LATER = "live.state"
SIX_OR_MORE = re.compile(r"^([6-9]|\d\d)$")
ERRORS_OF_JUPYTER = re.compile("favicon|Failed to load resource|ResizeObserver loop")
expect.set_options(timeout=20_000)


def lot(chart):
    return int(chart.locator(".plot").get_attribute("aria-valuenow"))


def play(page, pictures):
    """Start, pause, step, change the speed, stop and begin again; every step is checked and photographed."""
    run_all(page)
    chart = page.locator(".live-chart")
    chart.wait_for(timeout=180_000)
    cells = page.locator(".jp-Notebook .jp-CodeCell").count()
    plot, sentence, verdict = (chart.locator(name) for name in (".plot", ".sentence", ".verdict"))
    expect(sentence).to_contain_text("30 lots of 40 parts are ahead")
    expect(chart.get_by_role("button", name="Stop the line")).to_be_disabled()
    chart.screenshot(path=pictures / "1_start.png")

    chart.get_by_label("speed").select_option("fast")
    chart.get_by_role("button", name="Start the line").click()
    expect(plot).to_have_attribute("aria-valuenow", SIX_OR_MORE)  # a busy machine may not see each lot
    chart.get_by_role("button", name="Pause").click()
    page.wait_for_timeout(600)
    paused = lot(chart)
    page.wait_for_timeout(1200)
    assert lot(chart) == paused, "the shift went on while it was paused"
    expect(sentence).to_contain_text(f"Lot {paused} of 30")
    expect(chart.locator(".clock")).to_contain_text(f"{40 * paused} parts")
    chart.screenshot(path=pictures / "2_paused.png")

    plot.focus()
    page.keyboard.press("ArrowRight")
    expect(plot).to_have_attribute("aria-valuenow", str(paused + 1))
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("d")
    page.keyboard.press("d")  # would delete the cell if JupyterLab heard it
    page.keyboard.press(" ")
    expect(sentence).to_contain_text("has alarmed")
    page.keyboard.press("s")
    expect(verdict).to_contain_text("You stopped after lot")
    stopped = lot(chart)
    page.wait_for_timeout(800)
    assert lot(chart) == stopped, "the line went on after it was stopped"
    chart.screenshot(path=pictures / "3_stopped.png")

    page.keyboard.press("End")
    expect(plot).to_have_attribute("aria-valuenow", "30")
    expect(verdict).to_contain_text(f"after lot {stopped}.")
    chart.screenshot(path=pictures / "4_end.png")
    chart.get_by_role("button", name="From the start").click()
    expect(plot).to_have_attribute("aria-valuenow", "0")
    expect(verdict).to_have_text("")
    plot.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    chart.get_by_role("button", name="Stop the line").click()
    expect(verdict).to_contain_text("nothing was wrong yet")
    page.screenshot(path=pictures / "5_page.png")
    assert page.locator(".jp-Notebook .jp-CodeCell").count() == cells, "a key reached JupyterLab"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=Path, required=True)
    parser.add_argument("--dark", action="store_true")
    options = parser.parse_args()
    options.pictures.mkdir(parents=True, exist_ok=True)
    errors = []
    with tempfile.TemporaryDirectory() as folder:
        write_notebook(Path(folder) / "live.ipynb", CHART, LATER)
        with jupyterlab(folder, dark=options.dark) as address, opened(address, "live.ipynb") as page:
            page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
            page.on("pageerror", lambda error: errors.append(str(error)))
            play(page, options.pictures)
    errors = [error for error in errors if not ERRORS_OF_JUPYTER.search(error)]
    assert not errors, errors


if __name__ == "__main__":
    main()
