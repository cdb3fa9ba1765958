"""``python -m mlstudio.cli``: the same as ``studio``."""

import sys

from mlstudio.cli.main import main

sys.exit(main())
