"""The application: every endpoint behind the gate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from sandbox.github import git_http
from sandbox.github.answers import ApiError, MovedError, error_answer, moved_answer, unknown_path
from sandbox.github.apps import Apps
from sandbox.github.changer import Changer, Changing
from sandbox.github.dataset import Store
from sandbox.github.endpoints import ROUTES
from sandbox.github.gate import Gate
from sandbox.github.graphql.endpoint import GraphQL
from sandbox.github.limits import Limits
from sandbox.github.prefixes import Prefixes
from sandbox.github.tokens import Tokens

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.github.settings import Settings

NOT_FOUND = 404
METHOD_NOT_ALLOWED = 405


def create_app(data_dir: Path, settings: Settings) -> Starlette:
    """Return GitHub's REST and GraphQL APIs over a data folder, as on github.com and below /api.

    Each answer says in `x-sandbox-points` what it cost.
    """
    store = Store(data_dir)
    endpoint = GraphQL(store, is_served=settings.graphql, max_nodes=settings.graphql_max_nodes)
    limits = Limits(settings)
    apps = Apps()
    changer = Changer(data_dir)
    tokens = Tokens(apps)
    tokens.add(settings.token)
    app = Starlette(
        routes=[
            Route("/graphql", endpoint.answer, methods=["POST"]),
            Route("/_sandbox/changes", changer.add, methods=["POST"]),
            *ROUTES,
            *git_http.ROUTES,
        ],
        middleware=[
            Middleware(Prefixes),
            Middleware(Changing, changer=changer),
            Middleware(Gate, tokens=tokens, limits=limits, settings=settings),
        ],
        exception_handlers={
            ApiError: error_answer,
            MovedError: moved_answer,
            NOT_FOUND: unknown_path,
            METHOD_NOT_ALLOWED: unknown_path,
        },
    )
    app.router.redirect_slashes = False
    app.state.store = store
    app.state.limits = limits
    app.state.apps = apps
    app.state.tokens = tokens
    return app
