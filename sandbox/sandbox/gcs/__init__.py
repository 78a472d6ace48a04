"""Google Cloud Storage on loopback: the JSON API as the Python client uses it, objects as plain files.

A server of our own, because the published emulators ignore preconditions (`ifGenerationMatch` is what
makes an upload safe to repeat), answer one request at a time, and cannot spoil an answer on request.
"""
