"""Stand-ins for what dbt brings to Jinja, so that sqlfluff can render SQL without starting dbt."""
