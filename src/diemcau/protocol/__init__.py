"""The messages that server, browser and (later) mixer share.

Defined once here with pydantic; JSON Schema and from it TypeScript are generated
(``python -m diemcau.config.generate``). Nothing in this package does I/O.
"""
