"""What leaves the warehouse: one module for each form in which the marts are published."""
