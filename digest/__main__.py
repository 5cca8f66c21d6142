"""`python -m digest`: the same as the installed `digest` command."""

import sys

from digest.cli import main

if __name__ == "__main__":
    sys.exit(main())
