"""Four workers at once, as an orchestrator starts them; run inside `sandbox run`.

python workers.py            print the exit codes, as JSON
python workers.py 3          kill the third as soon as it has loaded something
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

COUNT = 4
# What is killed outright leaves a job that Meltano holds for five minutes.
LOAD = ("run", "--force", "tap-github-custom", "target-gcs-snowflake-merge")


def work(number: int, *, is_killed: bool) -> int:
    """Run one worker to its end, or until it has loaded something; return its exit code."""
    shard = f"{number}/{COUNT}"
    command = [sys.executable, "-m", "orchestrate.worker", "--shard", shard, "--", *LOAD]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            sys.stdout.write(f"{shard} {line}")
            if is_killed and "Loaded" in line:
                os.killpg(process.pid, signal.SIGKILL)
    return process.returncode


if __name__ == "__main__":
    killed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    with ThreadPoolExecutor(COUNT) as pool:
        codes = list(pool.map(lambda number: work(number, is_killed=number == killed), range(1, COUNT + 1)))
    sys.stdout.write(json.dumps(codes) + "\n")
