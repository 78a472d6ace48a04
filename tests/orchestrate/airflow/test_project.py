"""Schedules are read from Meltano, once for each change of the project."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrate.airflow.project import Project, ProjectError
from orchestrate.airflow.settings import Settings, SettingsError
from orchestrate.airflow.steps import split
from orchestrate.worker import Part

ROOT = Path(__file__).parents[3]
MANIFEST = """
project_id: scratch
send_anonymous_usage_stats: false
include_paths: ["*.meltano.yml"]
jobs:
- name: job
  tasks: [a:b]
schedules:
- name: every hour
  interval: "@hourly"
  job: JOB
"""


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """Return a project with one schedule."""
    (tmp_path / "meltano.yml").write_text(MANIFEST.replace("JOB", "job"))
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    return tmp_path


def test_meltano_is_asked_again_after_a_change_only(scratch: Path) -> None:
    """Without a Meltano the answer stays, until meltano.yml or an included file is another one."""
    project = Project(scratch)
    listed = project.schedules()
    assert [(each.name, each.cron, len(each.steps)) for each in listed] == [("every_hour", "0 * * * *", 2)]
    (scratch / ".venv").unlink()
    assert project.schedules() == listed
    (scratch / "more.meltano.yml").write_text("jobs: []\n")
    with pytest.raises(ProjectError, match=r"meltano is not there: run `make \.venv/\.plugins` in "):
        project.schedules()


@pytest.mark.parametrize(
    ("manifest", "said"),
    [
        (MANIFEST, r"^Meltano cannot list its schedules: Job 'JOB' was not found\.$"),
        ("schedules: [}", r"meltano\.yml is no YAML: .* line 1, column 13\.$"),
        ("", r"^Meltano cannot list its schedules: ."),
    ],
)
def test_a_project_that_cannot_be_read_is_told_in_a_sentence(scratch: Path, manifest: str, said: str) -> None:
    """It names what is wrong; nothing is kept of it."""
    (scratch / "meltano.yml").write_text(manifest)
    with pytest.raises(ProjectError, match=said) as caught:
        Project(scratch).schedules()
    assert "\n" not in str(caught.value)
    assert not Project(scratch).kept.exists()


@pytest.mark.parametrize(
    ("tasks", "steps"),
    [
        (["tap-a target-b dbt:run"], ["tap-a target-b", "dbt:run"]),
        (
            [["tap-a", "mapping", "target-b"], "dbt:run dbt:test"],
            ["tap-a mapping target-b", "dbt:run", "dbt:test"],
        ),
        (["tap-a target-b tap-c target-d"], ["tap-a target-b", "tap-c target-d"]),
        (
            ["tap-a warehouse tap-c target-d", "tap-e warehouse"],
            ["tap-a warehouse tap-c target-d", "tap-e warehouse"],
        ),
    ],
)
def test_a_job_is_split_after_each_loader_and_each_command(
    tasks: list[str | list[str]], steps: list[str]
) -> None:
    """What cannot be told apart by its name stays together, in order."""
    assert [" ".join(step.arguments) for step in split(tasks)] == [f"run {step}" for step in steps]


def test_parts_are_organisations_or_shards_or_both() -> None:
    """One setting says what the mapped tasks read."""
    assert Settings.parse(None).parts == ()
    assert Settings.parse('{"organizations": ["acme", "umbrella"]}').parts == (Part("acme"), Part("umbrella"))
    assert Settings.parse('{"shards": 2}').parts == (Part(shard="1/2"), Part(shard="2/2"))
    assert Settings.parse('{"organizations": ["acme"], "shards": 2}').parts == (
        Part("acme", "1/2"),
        Part("acme", "2/2"),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is no JSON"),
        ("[]", "must be a JSON object of organizations, shards, retries, retry_minutes, deadline_hours"),
        ('{"shard": 2}', "must be a JSON object of organizations, shards"),
        ('{"shards": "2"}', "must have a number, 0 or more, as shards"),
        ('{"shards": 2.5}', "must have a number, 0 or more, as shards"),
        ('{"deadline_hours": -1}', "must have a number, 0 or more, as deadline_hours"),
        ('{"organizations": "acme"}', "must have logins as organizations"),
        ('{"organizations": ["acme", "Acme"]}', "must have each of its organizations once"),
    ],
)
def test_a_wrong_setting_is_named(text: str, said: str) -> None:
    """The sentence names the variable, too."""
    with pytest.raises(SettingsError, match=f"^The variable github_pipeline {said}"):
        Settings.parse(text)


def test_the_environment_is_that_of_the_process_then_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is left empty counts as not set."""
    monkeypatch.setenv("MELTANO_ENVIRONMENT", "")
    project = Project(tmp_path)
    assert project.environment == "prod"
    (tmp_path / ".env").write_text("MELTANO_ENVIRONMENT=dev\n")
    assert project.environment == "dev"
    monkeypatch.setenv("MELTANO_ENVIRONMENT", "sandbox")
    assert project.environment == "sandbox"
