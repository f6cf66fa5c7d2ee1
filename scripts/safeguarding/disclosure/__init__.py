"""Decide what an audience may see."""
