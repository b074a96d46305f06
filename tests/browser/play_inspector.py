"""Play the inspector game in a real JupyterLab, by keys and clicks, and take pictures to look at.

Not part of the test suite: it needs a browser. With Playwright (``pip install playwright``) and a Chromium on the
path::

    python tests/browser/play_inspector.py --pictures FOLDER [--dark] [--reduced-motion]

`jupyterlab` and `opened` serve any notebook.
"""

import argparse
import contextlib
import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
QUIET += ["--disable-component-update", "--disable-sync"]

GAME = """\
import elpv_dataset, numpy as np
from pathlib import Path
from PIL import Image
from gan_helpers.widgets.inspector import InspectorGame

folder = Path(elpv_dataset.__file__).parent / "data"
rows = [line.split() for line in (folder / "labels.csv").read_text().splitlines() if "mono" in line]
rng = np.random.default_rng(5)
good, defective = ([row[0] for row in rows if float(row[1]) == p] for p in (0, 1))
names = [*rng.choice(good, 14, replace=False), *rng.choice(defective, 10, replace=False)]
images = np.stack([np.asarray(Image.open(folder / name).convert("L").resize((128, 128))) for name in names])
images = images[..., None].astype(np.float32) / 255
labels = np.repeat([0, 1], [14, 10])
scores = labels + rng.normal(size=24) * 0.6
game = InspectorGame(images, labels, scores, threshold=0.9, seconds_per_part=4, detector_seconds=0.004)
game
"""


@contextlib.contextmanager
def jupyterlab(folder, *, dark=False):
    """Serve a folder by the JupyterLab of this Python, with settings of its own; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--no-browser", "--allow-root", f"--port={port}", "--ServerApp.token=", f"--notebook-dir={folder}"]
    own = Path(folder) / ".jupyterlab"
    options += [f"--LabApp.user_settings_dir={own}/settings", f"--LabApp.workspaces_dir={own}/workspaces"]
    settings = own / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    theme = {"theme": "JupyterLab Dark" if dark else "JupyterLab Light"}
    (settings / "themes.jupyterlab-settings").write_text(json.dumps(theme))
    (settings / "notification.jupyterlab-settings").write_text('{"fetchNews": "false"}')
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(60):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{address}/api")
                break
            time.sleep(1)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=30)


@contextlib.contextmanager
def opened(address, name, *, reduced_motion=False):
    """Open a notebook in headless Chromium; gives the page once the kernel is ready to run cells."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        page = browser.new_page(
            viewport={"width": 1200, "height": 1000}, reduced_motion="reduce" if reduced_motion else "no-preference"
        )
        page.goto(f"{address}/lab/tree/{name}?reset")
        page.locator(".jp-Notebook").wait_for(timeout=60_000)
        # Asked to run cells earlier, JupyterLab would ask for a kernel.
        page.get_by_role("button", name="| Idle").wait_for(timeout=60_000)
        yield page
        browser.close()


def run_all(page):
    """Run every cell by the menu, as a learner would."""
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()


def write_notebook(path, *sources):
    """Write a notebook of code cells that names its kernel, so that JupyterLab asks nothing."""
    cells = [
        {
            "cell_type": "code",
            "id": f"cell-{i}",
            "metadata": {},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
        for i, source in enumerate(sources)
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(notebook))


def play(page, pictures):
    """Play one game: keys, clicks, a pause, a part that runs past; every step is checked and photographed."""
    run_all(page)
    game = page.locator(".inspector")
    game.wait_for(timeout=60_000)
    cells = page.locator(".jp-Notebook .jp-CodeCell").count()
    game.screenshot(path=pictures / "1_start.png")

    game.get_by_label("Speed").select_option("1.5")
    game.get_by_role("button", name="Start the line").click()
    turn = game.locator(".turn")
    for i, key in enumerate("dgddgg"):  # D, D would delete the cell if JupyterLab heard it
        expect(turn).to_have_text(f"{i + 1} / 24")
        page.wait_for_timeout(350)
        page.keyboard.press(key)
    expect(turn).to_have_text("7 / 24")
    page.wait_for_timeout(400)
    page.screenshot(path=pictures / "2_playing.png")
    expect(turn).to_have_text("8 / 24")  # the clock ran out
    expect(game.locator(".note")).to_have_text("Part 7 ran past you and is shipped.")
    page.keyboard.press("Escape")
    expect(game).to_contain_text("The line stands still.")
    page.wait_for_timeout(2000)
    expect(turn).to_have_text("8 / 24")
    game.screenshot(path=pictures / "3_pause.png")
    page.keyboard.press("Enter")
    for i in range(7, 24):
        expect(turn).to_have_text(f"{i + 1} / 24")
        page.wait_for_timeout(200 + 20 * i)
        if i % 3:
            page.keyboard.press("ArrowLeft" if i % 2 else "ArrowRight")
        else:
            game.get_by_role("button", name="Good").click()
    expect(game.locator(".track")).to_have_count(4, timeout=10_000)
    page.mouse.move(5, 5)
    game.screenshot(path=pictures / "4_result.png")
    assert page.locator(".jp-Notebook .jp-CodeCell").count() == cells, "a key reached JupyterLab"

    game.get_by_role("button", name="Play again").click()
    expect(game.get_by_role("button", name="Start the line")).to_be_visible()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=Path, required=True)
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--reduced-motion", action="store_true")
    options = parser.parse_args()
    options.pictures.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        write_notebook(Path(folder) / "game.ipynb", GAME, "game.result().round(2)")
        with (
            jupyterlab(folder, dark=options.dark) as address,
            opened(address, "game.ipynb", reduced_motion=options.reduced_motion) as page,
        ):
            play(page, options.pictures)


if __name__ == "__main__":
    main()
