"""Gap: the INDEX of FLATTEN, which fakesnow gives to the elements of an array in any order."""

from __future__ import annotations

from string import Template

from fakesnow import macros

# The place of an element is known where the list is made; afterwards nothing keeps the order of rows.
_IN_ORDER = {
    "lambda x: struct_pack(": "lambda x, i: struct_pack(i := i, ",
    "(row_number() OVER () - 1)": "(e.i - 1)",
    "AS e(k, v)": "AS e(i, k, v)",
}


def close_gap() -> None:
    """Let fakesnow number the elements by their place in the array."""
    definition = macros.FS_FLATTEN.template
    for text, replacement in _IN_ORDER.items():
        definition = definition.replace(text, replacement)
    macros.FS_FLATTEN = Template(definition)
