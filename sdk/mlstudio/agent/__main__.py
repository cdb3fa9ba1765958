"""``python -m mlstudio.agent``: run the agent of this machine."""

import sys

from mlstudio.agent.main import main

sys.exit(main())
