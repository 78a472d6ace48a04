"""Strings that somebody may put wherever GitHub lets people write, to get at what reads them."""

from __future__ import annotations

CANARY = "canary-of-the-test"

SQL = (
    "'; drop table RAW_TABLES.PULL_REQUEST; --",
    '"; drop schema RAW_TABLES; --',
    "\\'; drop table PULL_REQUEST; --",
    "') , (1); delete from PULL_REQUEST; /*",
    "$$; drop table PULL_REQUEST; $$",
    "%s %(name)s ? :1 &x",
)
TEMPLATES = ("{{ 1 / 0 }}{% raw %}{{ env_var('HOME') }}", "${HOME} $HOME #{x}")
SHELL = (
    f"$(touch {CANARY})",
    f"`touch {CANARY}`",
    f"; touch {CANARY} #",
    f"| touch {CANARY}",
    "-rf --output=x",
)
PATHS = ("../../../../etc/passwd", "..\\..\\x", "%2e%2e%2fx", "/absolute", "org=x/date=2020-01-01/y")
TEXT = (
    "NUL \x00 in it",
    "\u202egnirts a\u202c",  # right to left
    "\u200b\ufeff\u2028\u2029\r\n\t",
    "\U0001f600 \u0301\u0301",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "=HYPERLINK('http://example.com')",
    "[x](javascript:alert(1))",
)
ALL = (*SQL, *TEMPLATES, *SHELL, *PATHS, *TEXT)
TOGETHER = " | ".join(ALL)
