"""Tests of who is who: the mapping file, the merge, the sources over HTTP."""
