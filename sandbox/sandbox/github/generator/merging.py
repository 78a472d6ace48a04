"""How a pull request comes to the default branch: by a merge commit, squashed or rebased."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.github.generator.people import WEB_FLOW
from sandbox.github.generator.records import By

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.github.generator.records import Pull
    from sandbox.github.generator.simulation import Simulation
    from sandbox.github.generator.trees import Tree


def merge(simulation: Simulation, pull: Pull, at: int) -> int:
    """Make a commit with two parents; return its mark."""
    merger = pull.plan.merger or simulation.everyone.members[0]
    message = f"Merge pull request #{pull.number} from {pull.plan.branch}\n\n{pull.title}"
    tree = _whole_change(simulation, pull)
    parents = (simulation.head, pull.head)
    return simulation.commit(parents, By(merger, at), By(WEB_FLOW, at), message, tree)


def squash(simulation: Simulation, pull: Pull, at: int) -> int:
    """Make one commit of all; return its mark."""
    message = f"{pull.title} (#{pull.number})"
    tree = _whole_change(simulation, pull)
    return simulation.commit((simulation.head,), By(pull.plan.author, at), By(WEB_FLOW, at), message, tree)


def rebase(simulation: Simulation, pull: Pull, at: int) -> int:
    """Make each commit again on the default branch; return the mark of the last."""
    mark, previous = simulation.head, pull.base
    for each in pull.marks:
        made = simulation.records.commits[each - 1]
        tree = _merged(simulation.tree(previous), made.tree, onto=simulation.tree(mark))
        mark = simulation.commit((mark,), made.author, By(WEB_FLOW, at), made.message, tree)
        previous = each
    return mark


METHODS = {"merge": merge, "squash": squash, "rebase": rebase}


def _whole_change(simulation: Simulation, pull: Pull) -> Tree:
    old, new, onto = (simulation.tree(mark) for mark in (pull.base, pull.head, simulation.head))
    return _merged(old, new, onto=onto)


def _merged(old: Mapping[str, bytes], new: Mapping[str, bytes], *, onto: Mapping[str, bytes]) -> Tree:
    """Return a tree with the difference between two others; where both sides changed, the newer wins."""
    result = {path: content for path, content in onto.items() if path in new or path not in old}
    result.update({path: content for path, content in new.items() if old.get(path) != content})
    return result
