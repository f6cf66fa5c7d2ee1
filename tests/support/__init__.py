"""What the tests work with: SYNTHETIC councils, oracle, attacks and checks from outside."""
