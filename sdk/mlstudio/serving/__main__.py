"""``python -m mlstudio.serving``."""

import sys

from mlstudio.serving.main import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
