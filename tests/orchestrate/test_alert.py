"""Whoever has to know is told: of runs that fail or are killed, of stale data, of what was left out."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import sys
import threading
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import snowflake.connector
from sandbox.servers import serve_snowflake
from target_gcs_snowflake_merge import sql

from orchestrate import run_summary
from orchestrate.alert.__main__ import main
from orchestrate.alert.problems import LOADER, Seen, problems
from orchestrate.alert.runs import Told
from tests.tap.answering import Asked, answering
from tests.tap.answering import Told as Answer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sandbox.servers import Server

ROOT = Path(__file__).parents[2]
NOW = dt.datetime(2026, 1, 31, 12, tzinfo=None)  # noqa: DTZ001 - UTC, as Snowflake has it
FRESH = NOW - dt.timedelta(hours=1)
DAY = dt.timedelta(hours=24)
WELL = [Told(LOADER, None, "complete"), Told("tap", None, "ended early: enough"), Told(LOADER, "item", None)]
NAMES = json.dumps({"skipped": [{"repository": f"acme/{number}", "reason": "gone"} for number in range(7)]})
NOT_FOUND = (
    "Nobody knows whether data is stale: Snowflake does not find an object, or the role may not see it"
)
SECRET = "/services/T000/s3cret-of-the-test"  # noqa: S105 - it must not be printed


def skipping(details: str) -> Told:
    """Return the row of a tap that has skipped seven repositories."""
    return Told("tap", None, "complete", 0, 7, details)


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (Seen(0, WELL, FRESH), []),
        (Seen(None, WELL, FRESH), []),
        (Seen(3, WELL, FRESH), ["The run failed with exit code 3."]),
        (Seen(-9, [], FRESH), ["was ended by signal 9", "left no row in _RUN_SUMMARY"]),
        (Seen(0, [Told(LOADER, None, "failed: no room")], FRESH), [f"{LOADER} failed: no room"]),
        (Seen(0, [*WELL, Told("tap", None, "failed: no")], FRESH), ["tap failed: no"]),
        (Seen(0, [Told(LOADER, "item", None, rejected=2)], FRESH), ["2 records of item were rejected"]),
        (Seen(0, [skipping(NAMES)], FRESH), ["skipped: acme/0, acme/1, acme/2, acme/3, acme/4, ..."]),
        (Seen(0, [skipping("?")], FRESH), ["7 repositories were skipped, see the log"]),
        (Seen(None, WELL, NOW - DAY * 2), ["Data is stale: the newest load is 48 hours old"]),
        (
            Seen(None, WELL, FRESH, {"umbrella": NOW - DAY * 2, "acme": NOW - DAY * 3, "hooli": FRESH}),
            [
                "Data of acme is stale: its newest load is 72 hours old (2026-01-28",
                "Data of umbrella is stale",
            ],
        ),
        (Seen(None, WELL, NOW - DAY * 2, {"acme": NOW - DAY * 2}), ["Data is stale: the newest load is 48"]),
        (Seen(None, [], None), ["Nothing was ever loaded."]),
        (Seen(1, failure_to_look="no way"), ["exit code 1", "Nobody knows whether data is stale: no way"]),
    ],
)
def test_a_problem_is_a_sentence(seen: Seen, said: list[str]) -> None:
    """One for each, and none where all is well."""
    found = problems(seen, NOW, DAY)
    assert len(found) == len(said), found
    assert all(words in sentence for words, sentence in zip(said, found, strict=True))


class World:
    """A warehouse, and what the webhook was told."""

    def __init__(self, warehouse: Server, told: list[Asked]) -> None:
        """Take both."""
        self._warehouse = warehouse
        self._told = told
        self.ledger = sql.Table(f"ALERT_{uuid.uuid4().hex.upper()}", "RAW_TABLES", "_LOAD_LEDGER")

    @property
    def alerts(self) -> list[str]:
        """Return the texts that came."""
        return [json.loads(asked.body)["text"] for asked in self._told]

    def execute(self, *statements: str, bound: Sequence[str] = ()) -> None:
        """Run statements; BOUND stands for the `?` of each."""
        with snowflake.connector.connect(
            account="sandbox",
            user="sandbox",
            password="sandbox",  # noqa: S106 - nobody's
            host="127.0.0.1",
            port=self._warehouse.port,
            protocol="http",
            platform_detection_timeout_seconds=0,
            paramstyle="qmark",
        ) as connection:
            for statement in statements:
                connection.cursor().execute(statement, bound or None)

    def tell(self, *rows: sql.SummaryRow) -> None:
        """Enter rows as the loader does."""
        self.execute(sql.insert_summary(self.ledger.sibling("_RUN_SUMMARY"), rows))


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Run one warehouse for all tests."""
    with serve_snowflake(tmp_path_factory.mktemp("alert"), gcs_url="http://127.0.0.1:9") as server:
        yield server


@pytest.fixture
def world(warehouse: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[World]:
    """Return a warehouse with one batch that was committed just now, and a webhook."""
    connection = {"ACCOUNT": "sandbox", "USER": "sandbox", "PASSWORD": "sandbox", "HOST": "127.0.0.1"}
    for name, value in {**connection, "PORT": str(warehouse.port), "PROTOCOL": "http"}.items():
        monkeypatch.setenv(f"SNOWFLAKE_{name}", value)
    monkeypatch.delenv("MELTANO_RUN_ID", raising=False)
    monkeypatch.chdir(tmp_path)
    with answering(lambda _: Answer(200)) as hook:
        monkeypatch.setenv("ALERT_WEBHOOK_URL", hook.url + SECRET)
        made = World(warehouse, hook.asked)
        monkeypatch.setenv("SNOWFLAKE_DATABASE", made.ledger.database)
        began = dt.datetime.now(dt.UTC)
        batch = sql.LedgerEntry("b", "r", "item", "ITEM", (), (), 1, 1, 0, 0, 0, 1, 1, began, ())
        made.execute(
            sql.create_database(made.ledger.database),
            sql.create_schema(made.ledger.database, made.ledger.schema),
            sql.create_ledger(made.ledger),
            sql.create_summary(made.ledger.sibling("_RUN_SUMMARY")),
        )
        made.execute(sql.insert_ledger(made.ledger, batch), bound=sql.bound_to_ledger(batch))
        yield made


def row(run: str, plugin: str = LOADER, outcome: str = "complete", **values: Any) -> sql.SummaryRow:
    """Return a row of a run as a whole."""
    now = dt.datetime.now(dt.UTC)
    return sql.SummaryRow(run, plugin, None, outcome, now, now, 0.0, **values)


def python(code: str) -> list[str]:
    """Return the arguments that let the alert run some Python."""
    return ["--", sys.executable, "-c", code]


def test_a_run_that_goes_well_tells_nobody(world: World) -> None:
    """The command knows the name of its run, and its exit code is that of the whole."""
    assert main(python("import os; assert os.environ['MELTANO_RUN_ID']")) == 0
    assert world.alerts == []


def test_a_run_that_fails_is_told(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """With its exit code, and nothing of what it printed."""
    assert main(python("import sys; print('what it prints'); sys.exit(7)")) == 7
    (text,) = world.alerts
    assert "failed with exit code 7" in text
    assert "what it prints" not in text
    assert SECRET not in capsys.readouterr().err


def test_a_run_that_is_killed_is_told(world: World) -> None:
    """Nobody else could: neither the loader nor Meltano is there any more."""
    assert main(python("import os; os.kill(os.getpid(), 9)")) == -signal.SIGKILL
    assert "was ended by signal 9" in world.alerts[0]
    assert "left no row in _RUN_SUMMARY" in world.alerts[0]


def test_what_the_run_itself_has_entered_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """And not what other runs have."""
    monkeypatch.setenv("MELTANO_RUN_ID", "it's mine")
    details = '{"skipped": [{"repository": "acme/<!here>"}]}'
    world.tell(row("it's mine"), row("it's mine", "tap", skipped=1, details=details))
    world.tell(row("other", outcome="failed: x"))
    assert main(python("")) == 0
    (text,) = world.alerts
    assert text.splitlines() == [
        "GitHub pipeline, run it's mine:",
        "• 1 repositories were skipped: acme/&lt;!here&gt;",
    ]


def part(*organisations: str) -> str:
    """Return what a tap tells of itself that has read some organisations."""
    return json.dumps({"shard": "1/1", "usage": dict.fromkeys(organisations)})


def test_without_a_command_it_looks_at_the_runs_of_late(world: World) -> None:
    """For a schedule of its own, beside one that may have died: the last run of each part counts."""
    world.tell(row("first", outcome="failed: x"), row("first", "tap", details=part("acme")))
    time.sleep(0.01)
    world.tell(row("second"), row("second", "tap", details=part("acme")))
    assert main([]) == 0
    time.sleep(0.01)
    world.tell(row("third", "tap", "failed: y", details=part("acme")), row("third"))
    time.sleep(0.01)
    world.tell(row("fourth"), row("fourth", "tap", details=part("umbrella")))
    assert main([]) == 1
    assert world.alerts[0].splitlines() == ["GitHub pipeline:", "• Run third: tap failed: y"]


def test_of_several_tries_the_last_one_counts(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """An orchestrator gives them all the same name."""
    monkeypatch.setenv("MELTANO_RUN_ID", "tried")
    world.tell(row("tried", outcome="failed: x"))
    time.sleep(0.01)
    world.tell(row("tried"))
    assert main([]) == 0
    assert main(python("")) == 0


def test_the_last_run_counts_however_long_ago_it_was(world: World) -> None:
    """What it died of is why data is stale."""
    world.tell(row("r", outcome="failed: x"))
    world.execute(
        f"UPDATE {world.ledger.sibling('_RUN_SUMMARY')} SET ENDED_AT = DATEADD(HOUR, -30, ENDED_AT)"
    )
    assert main([]) == 1
    assert "Run r: target-gcs-snowflake-merge failed: x" in world.alerts[0]
    world.tell(row("next"))
    assert main([]) == 0


def test_what_a_caller_has_seen_is_told(world: World) -> None:
    """First, although all is well as far as one can see from here."""
    assert main(["--problem", "The step dbt_run failed."]) == 1
    assert world.alerts == ["GitHub pipeline:\n• The step dbt_run failed."]


def test_stale_data_is_told(world: World) -> None:
    """By the ledger, which moves with every run."""
    assert main(["--stale-hours", "0"]) == 1
    assert "Data is stale" in world.alerts[0]


def test_an_organisation_that_is_read_no_more_is_told(world: World) -> None:
    """Beside others that are fresh: for a week, then it was dropped on purpose."""
    loaded = f"INSERT INTO {world.ledger} (STREAM, ORGANISATIONS, COMMITTED_AT) SELECT 'item'"
    hours_ago = "DATEADD(HOUR, -{}, SYSDATE())"
    world.execute(
        f'{loaded}, PARSE_JSON(\'["acme", "umbrella"]\'), {hours_ago.format(30)}',
        f"{loaded}, PARSE_JSON('[\"dropped\"]'), {hours_ago.format(24 * 8 + 1)}",
        f"{loaded}, PARSE_JSON('[\"acme\"]'), {hours_ago.format(2)}",
    )
    assert main([]) == 1
    (text,) = world.alerts
    (problem,) = text.splitlines()[1:]
    assert problem.startswith("• Data of umbrella is stale: its newest load is 30 hours old (")
    assert main(["--dropped-days", "0.1"]) == 0
    assert main(["--dropped-days", "8"]) == 1
    assert "dropped is stale" in world.alerts[1]


def test_a_warehouse_that_does_not_answer_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence is no good news."""
    monkeypatch.setenv("SNOWFLAKE_PASSWORD", "wrong")
    assert main([]) == 1
    assert "Nobody knows whether data is stale: Snowflake at" in world.alerts[0]


def test_an_account_in_which_nothing_is(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the first load there are no tables; Snowflake says the same where the role may not see them."""
    monkeypatch.setenv("SNOWFLAKE_DATABASE", "NOT_THERE")
    assert main([]) == 1
    (problem,) = world.alerts[0].splitlines()[1:]
    assert NOT_FOUND in problem
    assert "NOT_THERE" in problem


def test_a_ledger_in_which_nothing_is(world: World) -> None:
    """The loader makes it before it loads."""
    world.execute(f"DELETE FROM {world.ledger}")
    assert main([]) == 1
    assert world.alerts == ["GitHub pipeline:\n• Nothing was ever loaded."]


@pytest.mark.parametrize(
    ("variable", "default", "arguments"),
    [
        ("dev", "sandbox", []),
        (None, "dev", []),
        ("prod", "sandbox", [*python(""), "--environment=dev"]),
        ("prod", "sandbox", [*python(""), "--environment", "dev"]),
    ],
)
def test_a_run_of_dev_is_judged_by_the_tables_of_dev(
    world: World, monkeypatch: pytest.MonkeyPatch, variable: str | None, default: str, arguments: list[str]
) -> None:
    """What Meltano takes for its environment decides, in the same order; only prod has loaded anything."""
    manifest = (ROOT / "meltano.yml").read_text(encoding="utf-8")
    manifest = manifest.replace("default_environment: sandbox", f"default_environment: {default}")
    Path("meltano.yml").write_text(manifest, encoding="utf-8")
    if variable:
        monkeypatch.setenv("MELTANO_ENVIRONMENT", variable)
    else:
        monkeypatch.delenv("MELTANO_ENVIRONMENT", raising=False)
    monkeypatch.setenv("SNOWFLAKE_RAW_SCHEMA", "RAW_TABLES")  # as in .env: to Meltano the environment's wins
    main(arguments)
    assert NOT_FOUND in world.alerts[0]
    monkeypatch.setenv("TARGET_GCS_SNOWFLAKE_MERGE_SCHEMA", "RAW_TABLES")  # is told to the loader itself
    assert main(arguments) == 0


@pytest.mark.usefixtures("world")
def test_a_project_that_cannot_be_read_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Which tables are meant stands there, and those of another environment say nothing."""
    Path("meltano.yml").write_text("environments: [", encoding="utf-8")
    assert main([]) == 1
    assert "meltano.yml cannot be read (ParserError)" in capsys.readouterr().err


def test_the_summary_of_a_run_of_dev_is_read_from_its_tables(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever names the environment gets none of prod's rows."""
    Path("meltano.yml").write_bytes((ROOT / "meltano.yml").read_bytes())
    world.tell(row("r"))
    assert run_summary.main(["r"]) == 0
    assert run_summary.main(["--environment=dev", "r"]) == 0
    of_prod, of_dev = map(json.loads, capsys.readouterr().out.splitlines())
    assert [each["run_id"] for each in of_prod] == ["r"]
    assert of_dev == []


def test_an_alert_that_nobody_gets_is_a_failure(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a run that went well otherwise; the exit code of one that did not stays."""
    del world
    monkeypatch.setenv("ALERT_WEBHOOK_URL", "")
    assert main(["--stale-hours", "0", *python("")]) == 3
    assert "set ALERT_WEBHOOK_URL" in capsys.readouterr().err
    assert main(python("import sys; sys.exit(7)")) == 7


def test_a_webhook_that_was_mistyped_is_told_in_a_sentence(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody gets the alert, so the run that went well otherwise has not; the URL is no line of its log."""
    del world
    monkeypatch.setenv("ALERT_WEBHOOK_URL", f"https://hooks..slack.com{SECRET}")
    assert main(["--stale-hours", "0", *python("")]) == 3
    said = capsys.readouterr().err
    assert said.splitlines()[-1].startswith("ALERT_WEBHOOK_URL is no URL")
    assert SECRET not in said


def test_a_signal_reaches_the_command_first(world: World) -> None:
    """It ends in its own way, and what it did is told."""
    code = "import signal, sys, time; signal.signal(15, lambda *_: sys.exit(143)); time.sleep(30)"
    threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGTERM)).start()
    began = time.monotonic()
    assert main(python(code)) == 143
    assert time.monotonic() - began < 20
    assert "exit code 143" in world.alerts[0]


def test_a_command_that_is_not_there(world: World) -> None:
    """As a shell has it."""
    assert main(["--", "no-such-command"]) == 127
    assert "exit code 127" in world.alerts[0]
