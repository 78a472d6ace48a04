"""Snowflake on loopback: fakesnow behind its HTTP server, persistent, with its gaps closed.

fakesnow is a library of a fixed version here; each gap has a module of its own, named for it. What this
cannot stand in for: authentication beyond a password, roles and grants, warehouses, and speed.
"""
