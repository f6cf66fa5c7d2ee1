"""Build the warehouse, publish it, change its seeds as one."""
