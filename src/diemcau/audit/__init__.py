"""Append-only events: every state change writes one in its own transaction, a refusal after it."""
