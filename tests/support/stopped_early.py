"""`python app.py …` that gets SIGTERM when all is built, just before uvicorn handles signals."""

import gc
import os
import runpy
import signal
import sys
from pathlib import Path
from typing import Any

APP = Path(__file__).parents[2] / "app.py"


def stop(phase: str, _: dict[str, Any]) -> None:
    """The garbage is collected once more then."""
    if phase == "start" and sys._getframe(1).f_code.co_name == "_freeze_garbage_collector":
        os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    gc.callbacks.append(stop)
    sys.path.insert(0, str(APP.parent))
    runpy.run_path(str(APP), run_name="__main__")


if __name__ == "__main__":
    main()
