"""Pages and the wiring of the API: parse, call one service, render."""
