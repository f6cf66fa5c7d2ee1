"""SYNTHETIC releases: invented figures of real authorities' codes, for tests and benchmarks."""
