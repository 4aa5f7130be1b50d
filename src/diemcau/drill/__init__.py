"""Simulated sites: rehearsal, operator training, load, chaos. The main job without a browser."""
