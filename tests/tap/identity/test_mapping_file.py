"""The mapping file is read as people write it; what makes no sense is named by file and line."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from tap_github_custom.errors import ConfigurationError
from tap_github_custom.identity import MappedPerson, read_mapping_file

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "github_login,ldap,name,email,team,title,manager_ldap,is_active\n"
CHANGED_AT = 1_767_225_600  # 2026-01-01T00:00:00Z


def mapping(folder: Path, content: str | bytes) -> Path:
    """Write a mapping file that was last changed at New Year."""
    path = folder / "people.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    os.utime(path, (CHANGED_AT, CHANGED_AT))
    return path


def test_every_column_is_read(tmp_path: Path) -> None:
    """A row holds what its cells say, and when the file was changed."""
    path = mapping(tmp_path, HEADER + "octo,ocat,Octo Cat,o@example.com,Web,Engineer,boss,true\n")
    assert read_mapping_file(path) == (
        MappedPerson(
            login="octo",
            line=2,
            ldap="ocat",
            name="Octo Cat",
            email="o@example.com",
            team="Web",
            title="Engineer",
            manager_ldap="boss",
            is_active=True,
            updated_at="2026-01-01T00:00:00Z",
        ),
    )


@pytest.mark.parametrize(
    "content",
    [
        "\ufeffgithub_login,ldap\nocto,ocat\n",
        "GitHub_Login , LDAP\n octo , ocat \n",
        "ldap,github_login\nocat,octo\n",
        'github_login,ldap\r\n\r\n"octo","ocat"\r\n,\r\n',
        "\ngithub_login,ldap,shoe_size\n@octo,ocat,44",
        "github_login,ldap,team\nocto,ocat",
    ],
    ids=["BOM", "case and spaces", "order", "CRLF, quotes, empty lines", "unknown column", "short row"],
)
def test_spelling_does_not_matter(tmp_path: Path, content: str) -> None:
    """BOM, line ends, case of the header, order and further columns make no difference."""
    (person,) = read_mapping_file(mapping(tmp_path, content))
    assert (person.login, person.ldap) == ("octo", "ocat")


@pytest.mark.parametrize(
    ("text", "truth"),
    [("true", True), ("TRUE", True), ("1", True), ("yes", True), ("False", False), ("0", False), ("", None)],
)
def test_is_active_has_several_forms(tmp_path: Path, text: str, truth: bool | None) -> None:  # noqa: FBT001
    """An empty cell says nothing."""
    (person,) = read_mapping_file(mapping(tmp_path, f"github_login,ldap,is_active\nocto,ocat,{text}\n"))
    assert person.is_active is truth


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2025-05-06T07:08:09Z", "2025-05-06T07:08:09Z"),
        ("2025-05-06T07:08:09+02:00", "2025-05-06T05:08:09Z"),
        ("2025-05-06", "2025-05-06T00:00:00Z"),
        ("", "2026-01-01T00:00:00Z"),
    ],
)
def test_a_row_may_have_its_own_time(tmp_path: Path, text: str, moment: str) -> None:
    """In UTC; without one it is the file's."""
    (person,) = read_mapping_file(mapping(tmp_path, f"github_login,ldap,updated_at\nocto,ocat,{text}\n"))
    assert person.updated_at == moment


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "it is empty"),
        ("\ufeff\n\n", "it is empty"),
        ("login,ldap\nocto,ocat\n", "line 1 .*there is no column github_login"),
        ("github_login;ldap\nocto;ocat\n", "there is no column github_login nor ldap"),
        ("github_login,ldap,LDAP\n", "the column ldap stands there twice"),
        ("github_login,ldap\nocto,ocat\n,who\n", "line 3 .*there is no github_login"),
        ("github_login,ldap\nocto,a\nother,b\nOCTO,c\n", "line 4 .*the login OCTO stands in line 2 as well"),
        ("github_login,ldap\nocto,a,b,c\n", "line 2 .*there are 4 cells for 2 columns"),
        ("github_login,ldap,is_active\nocto,a,perhaps\n", "line 2 .*is_active is 'perhaps'"),
        ("github_login,ldap,github_user_id\nocto,a,1e3\n", "line 2 .*github_user_id is '1e3'"),
        ("github_login,ldap,updated_at\nocto,a,today\n", "line 2 .*updated_at is 'today'"),
        ('github_login,ldap\n"two\nlines",a\n"open,b\n', "line 4 .*it is no CSV"),
        ("github_login,ldap\nocto,a\n".encode("utf-16"), "it is not UTF-8"),
    ],
)
def test_what_makes_no_sense_is_named(tmp_path: Path, content: str | bytes, words: str) -> None:
    """One sentence with the file, the line and the way out."""
    path = mapping(tmp_path, content)
    with pytest.raises(ConfigurationError, match=words) as caught:
        read_mapping_file(path)
    assert str(path) in str(caught.value)
    assert "user_mapping_file" in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """So is a folder in its place."""
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(ConfigurationError, match="cannot be read"):
            read_mapping_file(path)
