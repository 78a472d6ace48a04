"""This tap and the most used one, measured on the same server and data."""
