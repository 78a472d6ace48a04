"""The people of the generated organisations: plainly fictional, at example.com."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from sandbox.github.answers import API
from sandbox.github.generator.node_ids import node_id

if TYPE_CHECKING:
    from sandbox.github.lines import Json

FIRST = ("amber", "birch", "cedar", "coral", "delta", "ember", "fern", "flint", "hazel", "indigo")
LAST = ("otter", "heron", "lynx", "marten", "plover", "badger", "wren", "stoat", "finch", "osprey")
TEAMS = ("payments", "search", "identity", "web", "data", "infrastructure")
TITLES = ("Engineer", "Senior Engineer", "Staff Engineer")
RENAMED = 3  # who has another login at GitHub than the mapping file says


@dataclass(frozen=True)
class Person:
    """An account, or somebody who has none: then `login` is empty."""

    login: str
    id: int
    name: str
    email: str
    team: str = ""
    title: str = ""
    type: str = "User"
    association: str = "MEMBER"
    previous_login: str = ""

    @property
    def is_outside(self) -> bool:
        """Tell whether the person works on a fork."""
        return self.association == "CONTRIBUTOR" and self.type == "User"

    @property
    def ldap(self) -> str:
        """Return the name in the company's directory."""
        return self.email.partition("@")[0].replace(".", "")

    @property
    def user(self) -> Json | None:
        """Return the account as GitHub's objects hold it."""
        if not self.login:
            return None
        address = self.login.replace("[", "%5B").replace("]", "%5D")
        page = f"apps/{self.login.removesuffix('[bot]')}" if self.type == "Bot" else self.login
        return {
            "login": self.login,
            "id": self.id,
            "node_id": node_id("Bot" if self.type == "Bot" else "User", self.id),
            "type": self.type,
            "site_admin": False,
            "html_url": f"https://github.com/{page}",
            "url": f"{API}/users/{address}",
        }


GHOST = Person("ghost", 10137, "Deleted user", "ghost@users.noreply.github.com", association="NONE")
WEB_FLOW = Person("web-flow", 19864447, "GitHub", "noreply@github.com", association="NONE")
DEPENDABOT = Person(
    "dependabot[bot]",
    49699333,
    "dependabot[bot]",
    "49699333+dependabot[bot]@users.noreply.github.com",
    type="Bot",
    association="CONTRIBUTOR",
)
REVIEW_BOT = Person(
    "lantern-review[bot]",
    210_000_901,
    "lantern-review[bot]",
    "lantern-review@example.com",
    type="Bot",
    association="NONE",
)
DEPLOYER = Person(
    "svc-lantern-deploy", 210_000_902, "Deploy Account", "svc-deploy@example.com", "infrastructure"
)
NOBODY = Person("", 0, "Old Laptop", "old-laptop@example.com", association="NONE")


@dataclass(frozen=True)
class People:
    """Everyone who can appear in an organisation."""

    members: list[Person]
    outsiders: list[Person]

    @property
    def accounts(self) -> dict[str, Person]:
        """Return everyone by e-mail address; deleted accounts have none that GitHub would know."""
        others = (WEB_FLOW, DEPENDABOT, REVIEW_BOT, DEPLOYER)
        return {person.email: person for person in (*self.members, *self.outsiders, *others)}


def people(seed: int, members: int) -> People:
    """Draw the members and the contributors from outside."""
    rng = Random(f"{seed}/people")  # noqa: S311 - reproducible, and no secret
    pairs = [(first, last) for first in FIRST for last in LAST]
    rng.shuffle(pairs)
    drawn = [_person(index, *pair, rng) for index, pair in enumerate(pairs[: members + 8])]
    insiders = [*drawn[:members], DEPLOYER]
    outsiders = [
        Person(f"{person.login}-oss", person.id, person.name, person.email, association="CONTRIBUTOR")
        for person in drawn[members:]
    ]
    return People(insiders, outsiders)


def _person(index: int, first: str, last: str, rng: Random) -> Person:
    login = f"{first}-{last}-demo"
    return Person(
        login,
        210_000_000 + index * 37,
        f"{first} {last}".title(),
        f"{first}.{last}@example.com",
        TEAMS[index % len(TEAMS)],
        rng.choice(TITLES),
        association="OWNER" if index == 0 else "MEMBER",
        previous_login=f"{last}{first}-old" if index == RENAMED else "",
    )
