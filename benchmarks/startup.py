"""Start-up: `digest --help`, beside importing what a cv-arxiv-daily script imports before it does anything."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.measure import alternate, table

HEAVY = ("arxiv", "jinja2", "lxml", "markdown", "msgspec", "requests", "rich", "yaml")


def main() -> None:
    python = sys.executable
    costs = alternate(
        {
            "python -c pass": [python, "-c", "pass"],
            "digest --help": [python, "-m", "digest", "--help"],
            "digest check": [python, "-m", "digest", "check"],
            "import arxiv, requests, yaml": [python, "-c", "import arxiv, requests, yaml"],
        },
        times=11,
    )
    print(table(costs, against="import arxiv, requests, yaml"))
    loaded = subprocess.run(
        [python, "-c", "import sys, digest.cli; print(*sorted({name.split('.')[0] for name in sys.modules}))"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    print(f"\nheavy libraries that `digest --help` imports: {[name for name in HEAVY if name in loaded] or 'none'}")


if __name__ == "__main__":
    main()
