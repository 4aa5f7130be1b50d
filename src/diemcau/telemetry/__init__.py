"""What an installation says about itself while it runs: log lines, numbers, signs of life."""
