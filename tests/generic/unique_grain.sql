{#-
One row for each combination of the grain's columns; primary keys say the same to DuckDB, but
other engines do not enforce them.
-#}
{% test unique_grain(model, columns) %}

select
    {{ columns | join(',\n    ') }},
    count(*) as rows_found,
    '{{ tested_name(model) }} has more than one row for the same {{ columns | join(", ") }}' as message
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1

{% endtest %}
