"""The pages; each has a TITLE, and shows a reading of the marts."""
