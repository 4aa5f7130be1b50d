"""The seam to the media engine: one Protocol, a real adapter (LiveKit) and an honest fake.

Nobody outside this package speaks to LiveKit's server API. One contract test suite runs
against both adapters.
"""
