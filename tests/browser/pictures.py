"""Takes the pictures of the docs: builds the demo in a folder of its own and looks at it with Chromium."""

from __future__ import annotations

import shutil
import sys
import tempfile
import threading
from pathlib import Path

from playwright.sync_api import sync_playwright

from digest.demo import build
from digest.progress import Quiet
from digest.server import listen

IMAGES = Path(__file__).parents[2] / "docs/images"
SHOTS = {
    "demo-desktop": ("", 1280, 860, "light"),
    "demo-phone": ("", 390, 844, "dark"),
    "demo-calendar": ("days/", 1280, 860, "light"),
    "demo-topic": ("topics/gaussian-splatting/", 1280, 860, "dark"),
    "demo-search": ("search/?q=talking+head", 1280, 860, "light"),
    "demo-trends": ("trends/", 1280, 860, "light"),
    "demo-paper": ("papers/2611.90419/", 1280, 780, "light"),
}


def main() -> None:
    browser_path = shutil.which("chromium") or sys.exit("This needs Debian's chromium.")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        site = Path(folder) / build(Path(folder), Quiet()).site
        with listen(site, 0) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox", "--disable-gpu"])
            for name, (path, width, height, scheme) in SHOTS.items():
                page = browser.new_page(
                    viewport={"width": width, "height": height},
                    color_scheme="dark" if scheme == "dark" else "light",
                    device_scale_factor=1.5,
                )
                page.goto(f"http://127.0.0.1:{server.server_address[1]}/{path}", wait_until="networkidle")
                page.screenshot(path=IMAGES / f"{name}.png")
            browser.close()
            server.shutdown()


if __name__ == "__main__":
    main()
