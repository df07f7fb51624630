"""What the experiments share; see ../README.md."""
