"""What people write: titles, descriptions, reviews."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.github.generator.trees import NAMES, VERBS

if TYPE_CHECKING:
    from random import Random

KINDS = ("Add", "Fix", "Speed up", "Simplify", "Remove", "Document", "Test", "Bump")
PLACES = ("in the API", "on slow networks", "for large tenants", "after a retry", "at midnight", "")
BODIES = (
    "See the ticket for the background.",
    "Before, this failed when the list was empty.\n\n- [x] tested by hand\n- [x] tests added",
    "Follow-up of the last change.\r\n\r\nNo change of behaviour.",
    "Measured on the staging data: **half the time**.",
)
REVIEWS = {
    "APPROVED": ("", "", "", "LGTM", "Nice!", "Thank you 🎉"),
    "CHANGES_REQUESTED": (
        "Please add a test.",
        "This breaks for an empty list.",
        "Can we name it as in the docs?",
    ),
    "COMMENTED": ("", "Why here?", "A question below.", "Did you see the other call site?"),
    "DISMISSED": ("Not like this.", ""),
    "PENDING": ("",),
}
LONG_BODY_CHARACTERS = 30_000
EMOJI = "🚀 Ship it, naïve café — 漢字, עברית, 👩🏽‍🔬"
WITH_NUL = "pasted from a log:\u0000\u0000 end"  # GitHub hands on what was pasted


def title(rng: Random) -> str:
    """Return the title of a pull request."""
    return f"{rng.choice(KINDS)} {rng.choice(VERBS)} of {rng.choice(NAMES)} {rng.choice(PLACES)}".strip()


def branch(rng: Random, login: str) -> str:
    """Return the name of a branch."""
    return f"{login.partition('-')[0]}/{rng.choice(VERBS)}-{rng.choice(NAMES)}-{rng.randrange(1000)}"


def message(rng: Random) -> str:
    """Return the message of a commit."""
    subject = f"{rng.choice(KINDS)} {rng.choice(VERBS)} of {rng.choice(NAMES)}"
    return subject if rng.random() < 0.6 else f"{subject}\n\n{rng.choice(BODIES)}"  # noqa: PLR2004 - most are short


def long_body() -> str:
    """Return a description that is longer than anybody reads."""
    line = "The queue drains 3 % slower than in the last measurement. "
    return (line * (LONG_BODY_CHARACTERS // len(line) + 1))[: LONG_BODY_CHARACTERS + 500]
