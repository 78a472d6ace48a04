"""The example for Kubernetes: its variables are read by somebody, its command makes a worker of an index."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestrate.alert.__main__ import WEBHOOK
from orchestrate.ending import GRACE_SECONDS
from orchestrate.snowflake.provision import render

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "orchestrate" / "kubernetes"
README = (FOLDER / "README.md").read_text(encoding="utf-8")
DOCUMENTS = list(yaml.safe_load_all((FOLDER / "workers.yaml").read_text(encoding="utf-8")))


def job(name: str) -> dict[str, Any]:
    """Return the specification of the job of a CronJob."""
    (found,) = (each for each in DOCUMENTS if each["metadata"]["name"] == name)
    specification: dict[str, Any] = found["spec"]["jobTemplate"]["spec"]
    return specification


def test_every_variable_is_read() -> None:
    """Each of the ConfigMap is in `.env.example`."""
    (settings,) = (each["data"] for each in DOCUMENTS if each["kind"] == "ConfigMap")
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert [name for name in settings if f"{name}=" not in example] == []


def test_what_it_names_is_what_is_made() -> None:
    """By `make provision-sql` and Terraform: a user or a secret of another name is there for nobody."""
    (settings,) = (each["data"] for each in DOCUMENTS if each["kind"] == "ConfigMap")
    words = set(re.findall(r"\w+", render(["--bucket=lake"])))
    secrets = (FOLDER.parent / "terraform" / "google.tf").read_text(encoding="utf-8")
    of_secrets = {name: value.split("/")[3] for name, value in settings.items() if "/secrets/" in value}
    assert [name for name, value in of_secrets.items() if f'"{value}"' not in secrets] == []
    others = {name for name in settings if name.startswith("SNOWFLAKE_")} - {*of_secrets, "SNOWFLAKE_ACCOUNT"}
    assert len(others) == 6
    assert [name for name in others if settings[name] not in words] == []


def test_somebody_is_told() -> None:
    """By the alert, once: a try that follows would tell it again. Its webhook is a secret that is made."""
    alert = job("github-alert")
    (container,) = alert["template"]["spec"]["containers"]
    assert container["args"] == [".venv/bin/python", "-m", "orchestrate.alert"]
    assert alert["backoffLimit"] == 0
    (webhook,) = (each["value"] for each in container["env"] if each["name"] == WEBHOOK)
    secrets = (FOLDER.parent / "terraform" / "google.tf").read_text(encoding="utf-8")
    assert f'"{webhook.split("/")[3]}"' in secrets


def test_what_is_to_be_filled_in_is_shown() -> None:
    """By the command of the README: each value that is an example's; the rest is as it is made."""
    (pattern,) = re.findall(r"grep -nE '(.+)' orchestrate/kubernetes/workers\.yaml", README)
    lines = (FOLDER / "workers.yaml").read_text(encoding="utf-8").splitlines()
    shown = "\n".join(line for line in lines if re.search(pattern, line))
    (settings,) = (each["data"] for each in DOCUMENTS if each["kind"] == "ConfigMap")
    made = {name for name in settings if name.startswith("SNOWFLAKE_") and "/" not in settings[name]}
    to_fill_in = {*settings, WEBHOOK} - (made - {"SNOWFLAKE_ACCOUNT"}) - {"MELTANO_ENVIRONMENT"}
    values = {**settings, WEBHOOK: "alert-webhook-url"}
    assert [name for name in to_fill_in if values[name] not in shown] == []
    assert shown.count("image: ") == sum("image: " in line for line in lines)


def test_the_account_that_is_bound_is_the_one_that_is_used() -> None:
    """By the command of the README, for the pods' account as for Google's."""
    (account,) = (each["metadata"] for each in DOCUMENTS if each["kind"] == "ServiceAccount")
    assert f"add-iam-policy-binding {account['annotations']['iam.gke.io/gcp-service-account']} " in README
    assert f".svc.id.goog[default/{account['name']}]'" in README


def test_every_pod_has_an_account_that_is_there() -> None:
    """One that nobody makes keeps its pods from starting."""
    accounts = {each["metadata"]["name"] for each in DOCUMENTS if each["kind"] == "ServiceAccount"}
    for name in ("github-load", "github-models", "github-alert"):
        assert job(name)["template"]["spec"]["serviceAccountName"] in accounts


@pytest.mark.parametrize("name", ["github-load", "github-models", "github-alert"])
def test_a_pod_may_do_no_more_than_it_must(name: str) -> None:
    """As the image's own user, which is a number: of a name Kubernetes cannot tell that it is not root."""
    (user,) = re.findall(r"^USER (\d+)$", (FOLDER / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    pod = job(name)["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert {pod["securityContext"][each] for each in ("runAsUser", "fsGroup")} == {int(user)}
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    (container,) = pod["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
    }
    assert {"requests", "limits"} <= container["resources"].keys()


def test_a_worker_that_is_ended_may_commit_what_it_has() -> None:
    """Kubernetes gives 30 seconds where nobody asks for more."""
    assert job("github-load")["template"]["spec"]["terminationGracePeriodSeconds"] > GRACE_SECONDS


def test_what_git_ignores_stays_out_of_the_image() -> None:
    """Secrets in `.env` first of all; and an environment of this machine would pass for the image's."""
    ignored = [line.rstrip("/") for line in (ROOT / ".gitignore").read_text(encoding="utf-8").split()]
    patterns = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert {line.lstrip("/") if "/" in line else f"**/{line}" for line in ignored} <= {*patterns}


def test_what_only_tests_need_stays_out_of_the_image() -> None:
    """The image's build passes an argument on to uv, by make."""
    (build,) = re.findall(r"make \S+ SYNC=\S+", (FOLDER / "Dockerfile").read_text(encoding="utf-8"))
    dry = [*build.split(), "--dry-run", "--always-make", "UV=uv"]
    printed = subprocess.run(dry, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "uv sync --frozen --quiet --no-dev\n" in printed


def test_the_history_stays_out_of_the_image() -> None:
    """It has what was taken back, and maybe a token in the address of its remote."""
    assert "**/.git" in (ROOT / ".dockerignore").read_text(encoding="utf-8").split()


def test_workers_and_shares_are_as_many() -> None:
    """A share that no worker reads would be missing in the tables."""
    load = job("github-load")
    (container,) = load["template"]["spec"]["containers"]
    (workers,) = (each["value"] for each in container["env"] if each["name"] == "WORKERS")
    assert load["completionMode"] == "Indexed"
    assert load["completions"] == load["parallelism"] == int(workers)


@pytest.mark.parametrize("index", [0, 3])
def test_an_index_is_a_share(index: int, tmp_path: Path) -> None:
    """Counted from 1; the line is run as it stands, with something that tells its arguments for Python."""
    (container,) = job("github-load")["template"]["spec"]["containers"]
    told = tmp_path / ".venv" / "bin" / "python"
    told.parent.mkdir(parents=True)
    told.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    told.chmod(0o755)
    result = subprocess.run(
        [*container["command"], *container["args"]],
        cwd=tmp_path,
        env={**os.environ, "JOB_COMPLETION_INDEX": str(index), "WORKERS": "4"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.split() == [
        *("-m", "orchestrate.with_secrets", ".venv/bin/python", "-m", "orchestrate.worker"),
        *("--shard", f"{index + 1}/4", "--", "run", "--force"),
        *("tap-github-custom", "target-gcs-snowflake-merge"),
    ]


def test_a_key_of_google_is_ignored_by_git_and_the_image() -> None:
    """It has whatever name it came with, beside `.env`."""
    for name, pattern in {".gitignore": "/*.json", ".dockerignore": "*.json"}.items():
        assert pattern in (ROOT / name).read_text(encoding="utf-8").split()
