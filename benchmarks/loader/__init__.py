"""The loader beside its peers, and beside what a parser alone takes."""
