"""arXiv digest: asks arXiv for papers on your topics every day and publishes what it found, and nothing else."""

__version__ = "0.1.0"
