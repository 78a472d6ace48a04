"""Who the tap is to GitHub: tokens and Apps, where they come from and how they stay valid."""

from __future__ import annotations

from tap_github_custom.credentials.by_organization import OrganizationCredentials
from tap_github_custom.credentials.credential import Ask, Credential, Credentials
from tap_github_custom.credentials.secret import Secret
from tap_github_custom.credentials.tokens import TokenCredentials

__all__ = [
    "Ask",
    "Credential",
    "Credentials",
    "OrganizationCredentials",
    "Secret",
    "TokenCredentials",
]
