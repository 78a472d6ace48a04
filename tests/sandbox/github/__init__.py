"""GitHub's stand-in, asked as clients ask GitHub."""
