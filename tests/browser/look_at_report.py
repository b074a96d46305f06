"""Open a report in a real browser, on screen and on paper, light and dark, and take pictures to look at.

Not part of the test suite: it needs a browser; see `play_inspector`::

    python tests/browser/look_at_report.py REPORT.html --pictures FOLDER
"""

import argparse
import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
PAPER = {"width": 680, "height": 1000}  # what the margins leave of A4, in pixels of 1/96 inch
SCREENS = {"wide": (1280, 900), "narrow": (390, 800)}


def look(browser, report, pictures):
    """Photograph the report; no request may leave the file, nothing may stand out to the right."""
    for scheme in ("light", "dark"):
        for name, (width, height) in SCREENS.items():
            context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
            page, asked, errors = context.new_page(), [], []
            page.on("request", lambda request, asked=asked: asked.append(request.url))
            page.on("console", lambda message, errors=errors: errors.append(message.text))
            page.on("dialog", lambda dialog, errors=errors: (errors.append("a dialog"), dialog.dismiss()))
            page.goto(report.resolve().as_uri())
            outside = [url for url in asked if not url.startswith(("file:", "data:"))]
            assert not outside, f"The report asks for {outside}."
            assert not errors, errors
            too_wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            assert too_wide <= 0, f"{name}: the page is {too_wide} pixels too wide."
            empty = page.evaluate("[...document.images].filter(i => !i.alt || !i.naturalWidth).length")
            assert empty == 0, f"{empty} pictures without alt text or that do not load."
            page.screenshot(path=pictures / f"{scheme}_{name}.png", full_page=True)
            if name == "wide":
                page.emulate_media(media="print", color_scheme=scheme)
                page.set_viewport_size(PAPER)
                page.screenshot(path=pictures / f"{scheme}_paper.png", full_page=True)
                page.pdf(path=pictures / f"{scheme}.pdf", format="A4", prefer_css_page_size=True, print_background=True)
            context.close()


def main():
    """Look at one report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("report", type=Path)
    parser.add_argument("--pictures", type=Path, default=Path("pictures"))
    arguments = parser.parse_args()
    arguments.pictures.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        look(browser, arguments.report, arguments.pictures)
        browser.close()
    print(f"The report stands alone; pictures are in {arguments.pictures}.")


if __name__ == "__main__":
    main()
