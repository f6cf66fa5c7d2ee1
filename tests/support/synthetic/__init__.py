"""SYNTHETIC councils, packs and worlds that tests build from."""
