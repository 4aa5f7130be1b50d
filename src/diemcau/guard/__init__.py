"""What comes in as a file and what goes out to other machines passes here, and nowhere else."""
