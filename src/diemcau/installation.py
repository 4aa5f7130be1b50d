"""Where one installation lives: folders, ports, addresses and secrets. Knows no Django."""
