"""HTTP to GitHub: one client for the whole tap, with one limiter, retries, pages and GraphQL."""

from __future__ import annotations

from tap_github_custom.client.answer import Answer, GraphQLAnswer, GraphQLProblem, next_cursor
from tap_github_custom.client.client import Client
from tap_github_custom.client.settings import PUBLIC_API_URL, USER_AGENT, ClientSettings
from tap_github_custom.client.usage import Spending, Usage

__all__ = [
    "PUBLIC_API_URL",
    "USER_AGENT",
    "Answer",
    "Client",
    "ClientSettings",
    "GraphQLAnswer",
    "GraphQLProblem",
    "Spending",
    "Usage",
    "next_cursor",
]
