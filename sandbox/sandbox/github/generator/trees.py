"""Trees of files, and what a change does to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

Tree = dict[str, bytes]

NAMES = ("invoice", "ledger", "query", "session", "token", "basket", "report", "queue", "tenant", "quota")
VERBS = ("load", "store", "check", "merge", "parse", "render", "retry", "split", "resolve", "enrich")
LINES = {
    "py": "def {verb}_{name}_{n}({other}: str) -> int:\n    return len({other}) + {n}\n\n",
    "ts": "export function {verb}{n}({name}: string): number {{\n  return {name}.length + {n};\n}}\n\n",
    "go": "func {verb}{n}({name} string) int {{\n\treturn len({name}) + {n}\n}}\n\n",
    "sql": "select {name}_id, count(*) as {other}_{n} from {name} group by 1;\n",
    "yml": "{name}_{n}:\n  {other}: {n}\n",
    "md": "## {verb} the {name}\n\nSee {other} {n}.\n\n",
    "lock": '"{name}-{verb}@^{n}.0.0":\n  version "{n}.0.{n}"\n  resolved "https://example.com/{name}-{n}.tgz"\n\n',
}
VENDORED_FILES = 370  # with the lock file more than a page of a commit's files
HUGE_BLOCKS = 400  # more than GitHub shows as a patch


@dataclass(frozen=True)
class Write:
    """A file that is there afterwards, whatever was there before."""

    path: str
    content: bytes

    def apply(self, tree: Tree) -> None:
        """Put the content at the path."""
        tree[self.path] = self.content


@dataclass(frozen=True)
class Edit:
    """Lines replaced by others, at a place between 0 (the top) and 1 (the end)."""

    path: str
    place: float
    removed: int
    inserted: bytes

    def apply(self, tree: Tree) -> None:
        """Replace the lines, where the file is still there."""
        if self.path not in tree:
            return
        lines = tree[self.path].splitlines(keepends=True)
        start = int(len(lines) * self.place)
        lines[start : start + self.removed] = self.inserted.splitlines(keepends=True)
        tree[self.path] = b"".join(lines)


@dataclass(frozen=True)
class Move:
    """A file under another name."""

    path: str
    target: str

    def apply(self, tree: Tree) -> None:
        """Move the file, where it is still there."""
        if self.path in tree:
            tree[self.target] = tree.pop(self.path)


@dataclass(frozen=True)
class Remove:
    """A file that is gone afterwards."""

    path: str

    def apply(self, tree: Tree) -> None:
        """Remove the file, where it is still there."""
        tree.pop(self.path, None)


Change = Write | Edit | Move | Remove


def changed(tree: Mapping[str, bytes], changes: list[Change]) -> Tree:
    """Return a tree after changes."""
    after = dict(tree)
    for change in changes:
        change.apply(after)
    return after


def text(rng: Random, extension: str, blocks: int) -> bytes:
    """Return so many made-up blocks of a language."""
    form = LINES[extension]
    return "".join(
        form.format(
            verb=rng.choice(VERBS), name=rng.choice(NAMES), other=rng.choice(NAMES), n=rng.randrange(99)
        )
        for _ in range(blocks)
    ).encode()


def first_tree(rng: Random, folders: tuple[str, ...], extension: str) -> Tree:
    """Return the tree of a repository's first commit."""
    tree: Tree = {
        "README.md": text(rng, "md", 4),
        "CODEOWNERS": b"* @lantern-works/everyone\n",
        ".github/workflows/build.yml": text(rng, "yml", 6),
        f"package-{extension}.lock": text(rng, "lock", 40),
        "assets/logo.png": b"\x89PNG\r\n\x1a\n\0\0" + rng.randbytes(600),
    }
    for folder in folders:
        for name in NAMES:
            tree[f"{folder}/{name}.{extension}"] = text(rng, extension, rng.randrange(6, 30))
    return tree


def vendored_files(rng: Random) -> list[Change]:
    """Return a third party's sources as one change of more than 300 files, one of them huge."""
    sources: list[Change] = [
        Write(f"vendor/wire/{number:03}/{name}.go", text(rng, "go", 1))
        for number, name in ((number, rng.choice(NAMES)) for number in range(VENDORED_FILES))
    ]
    return [*sources, Write("vendor/wire.lock", text(rng, "lock", HUGE_BLOCKS))]


def locked_update(rng: Random, tree: Mapping[str, bytes]) -> list[Change]:
    """Return what a bot changes: a few lines of the lock file."""
    path = next(path for path in tree if path.endswith(".lock"))
    return [Edit(path, rng.random(), 4 * rng.randrange(1, 4), text(rng, "lock", rng.randrange(1, 4)))]


def some_changes(rng: Random, tree: Mapping[str, bytes], size: int) -> list[Change]:
    """Return what a commit changes: mostly edits, sometimes new, moved, removed and binary files."""
    sources = [path for path in tree if path.rsplit(".", 1)[-1] in ("py", "ts", "go", "sql")]
    folder = rng.choice(sources).rpartition("/")[0]
    near = [path for path in sources if path.startswith(folder)] or sources
    changes: list[Change] = []
    for _ in range(size):
        path = rng.choice(near)
        extension = path.rsplit(".", 1)[-1]
        draw = rng.random()
        if draw < 0.74:  # noqa: PLR2004 - shares of a hundred changes
            blocks = text(rng, extension, rng.choice((1, 1, 2, 3, 8)))
            changes.append(Edit(path, rng.random(), rng.choice((0, 2, 3, 6)), blocks))
        elif draw < 0.90:  # noqa: PLR2004
            name = f"{rng.choice(VERBS)}_{rng.choice(NAMES)}_{rng.randrange(100)}.{extension}"
            changes.append(Write(f"{folder}/{name}", text(rng, extension, rng.randrange(2, 20))))
        elif draw < 0.94:  # noqa: PLR2004
            changes.append(Move(path, f"{folder}/{rng.choice(VERBS)}_{path.rpartition('/')[2]}"))
        elif draw < 0.97:  # noqa: PLR2004
            changes.append(Write(f"assets/shot-{rng.randrange(40)}.png", b"\x89PNG\0" + rng.randbytes(400)))
        elif len(near) > 4:  # noqa: PLR2004 - a folder keeps some files
            changes.append(Remove(path))
    return changes
