"""``python -m mlstudio.runner FOLDER``: run the work order in a folder."""

import sys

from mlstudio.runner.main import main

sys.exit(main(sys.argv[1]))
