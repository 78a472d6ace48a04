"""How long the pages of the dashboard take over many pull requests."""
