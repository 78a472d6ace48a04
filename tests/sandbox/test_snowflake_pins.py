"""The versions and the inner parts of fakesnow that the gaps' modules reach into."""

from __future__ import annotations

import ast
import inspect
import re
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import fakesnow.transforms
import pytest
from fakesnow import info_schema
from fakesnow.cursor import FakeSnowflakeCursor
from fakesnow.transforms import transforms
from sandbox.snowflake import describe, numbers, rewrites

if TYPE_CHECKING:
    from sandbox.servers import Server

UV = shutil.which("uv") or str(Path(__file__).parents[2] / ".tools" / "bin" / "uv")
CONNECTOR = "snowflake-connector-python==5.2.0"
PROGRAM = """
import sys, snowflake.connector
options = dict(account="sandbox", user="sandbox", host="127.0.0.1", port=int(sys.argv[1]), protocol="http",
    platform_detection_timeout_seconds=0)
connection = snowflake.connector.connect(password="sandbox", **options)
cursor = connection.cursor()
cursor.execute("create schema if not exists test.five")
cursor.execute("create or replace table t (a int)")
cursor.execute("begin")
cursor.execute("merge into t using (select 3 as a) s on t.a = s.a when not matched then insert values (s.a)")
cursor.execute("commit")
print(cursor.execute("select a, null::timestamp_ntz, 12345678901234567890123 from t").fetchall())
connection.close()
try:
    snowflake.connector.connect(password="wrong", **options)
except snowflake.connector.errors.Error as error:
    print("390100" in str(error))
"""


def test_fakesnow_is_the_version_that_the_gaps_were_found_in() -> None:
    """Another version needs every module of sandbox.snowflake read again."""
    assert version("fakesnow") == "0.12.1"


def test_what_is_replaced_in_fakesnow_is_still_there() -> None:
    """A text that is no longer found would leave its gap open, silently."""
    assert describe.EVERY_DATABASE in transforms.SQL_DESCRIBE_TABLE.template or (
        describe.OWN_DATABASE in transforms.SQL_DESCRIBE_TABLE.template
    )
    assert "columns.data_type='BIGINT'" in info_schema.SQL_CREATE_GLOBAL_INFORMATION_SCHEMA_COLUMNS_VIEW
    assert "in ('BIGINT', 'HUGEINT', 'INTEGER') then 0" in numbers.columns_view()
    assert "transforms.numeric_agg_implicit_cast" in inspect.getsource(FakeSnowflakeCursor)
    assert "info_schema.insert_table_comment_sql" in inspect.getsource(FakeSnowflakeCursor)


@pytest.mark.parametrize("name", rewrites.LOOKED_FOR)
def test_a_rewrite_looks_for_what_it_is_said_to(name: str) -> None:
    """The kinds of syntax by which its function tells the statements that it changes."""
    modules = vars(fakesnow.transforms).values()  # the package itself may have a gap of it closed by now
    its_own = next(each for each in modules if inspect.ismodule(each) and hasattr(each, name))
    function = ast.parse(inspect.getsource(getattr(its_own, name))).body[0]
    assert isinstance(function, ast.FunctionDef)
    statement = function.args.args[0].arg
    tests = [
        ast.unparse(each.args[1])
        for each in ast.walk(function)
        if isinstance(each, ast.Call)
        and ast.unparse(each.func) == "isinstance"
        and ast.unparse(each.args[0]) == statement
    ]
    named = {kind for test in tests for kind in re.findall(r"exp\.(\w+)", test)}
    assert named == {kind.__name__ for kind in rewrites.LOOKED_FOR[name]}


@pytest.mark.skipif(
    not Path(UV).exists(), reason="uv is not here, to make an environment with: run make test"
)
def test_connector_5_logs_in_and_loads(snowflake_server: Server, tmp_path: Path) -> None:
    """A user's fresh install is of another generation of the connector than dbt's."""
    run = [UV, "run", "--quiet", "--no-project", "--with", CONNECTOR, "python"]
    if subprocess.run([*run, "-c", ""], cwd=tmp_path, check=False, capture_output=True).returncode:
        pytest.skip(f"{CONNECTOR} cannot be fetched: let this machine reach a package index")
    port = str(snowflake_server.port)
    result = subprocess.run(
        [*run, "-c", PROGRAM, port], cwd=tmp_path, check=False, capture_output=True, text=True
    )
    assert result.stdout == "[(3, None, 12345678901234567890123)]\nTrue\n", result.stderr[-2000:]
