"""SYNTHETIC releases of many authorities, and the truth about them."""
