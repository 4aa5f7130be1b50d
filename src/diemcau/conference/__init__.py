"""During the conference: desired state, commands, and the reconciler that makes it so."""
