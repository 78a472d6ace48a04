"""However many streams and organisations there are: a run does not end for want of open files."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

from .conftest import TARGET, as_input, record, schema, state

if TYPE_CHECKING:
    from .conftest import Line, World

PROPERTIES: dict[str, Any] = {
    "_source_org": {"type": "string"},
    "id": {"type": "integer"},
    "text": {"type": "string"},
}
STREAMS, ORGANISATIONS = 5, 60
TEXT = "x" * 60_000  # so that rows have to go to disk before all have come


def test_more_organisations_than_files_may_be_open(world: World) -> None:
    """Of a process that may open 256, and no more if it asks: batches are loaded earlier."""
    names = [f"s{number}" for number in range(STREAMS)]
    lines: list[Line] = [schema(name, PROPERTIES, "_source_org", "id") for name in names]
    lines += [
        record(name, _source_org=f"o{number}", id=1, text=TEXT)
        for number in range(ORGANISATIONS)
        for name in names
    ]
    done = subprocess.run(
        ["sh", "-c", 'ulimit -n 256 && exec "$0" --config=ENV', str(TARGET)],
        env=world.environment(),
        input=as_input([*lines, state({"n": 1})]),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()[-2_000:]
    assert json.loads(done.stdout) == {"n": 1}
    for name in names:
        (counted,) = world.sql(f"select count(*) as N from {name}")
        assert counted == {"N": ORGANISATIONS}
