"""What the published database says of itself."""
