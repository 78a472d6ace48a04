"""Names and texts, as a statement writes them."""


def quoted(name: str) -> str:
    """Return a name that means just what it says."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a text."""
    return "'" + text.replace("'", "''") + "'"
