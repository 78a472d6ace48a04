"""Singer tap for GitHub organisations."""
