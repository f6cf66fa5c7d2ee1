-- Each number of a conformed fact says what it is, of a measure that there is: else its column
-- would be blank, or reach nobody.
select cast(null as {{ dbt.type_string() }}) as message
from {{ ref('dim_measure') }}
where measure_id is null
{%- for fact in conformed_facts() %}
    {%- set faults = declaration_faults(fact) %}
    {%- for fault in faults %}
union all
select '{{ fault }}' as message
    {%- endfor %}
    {%- for figure in (declared_figures(fact) if not faults else []) %}
union all
select
    '{{ fact.name }}.{{ figure.column }} declares the measure {{ figure.measure }}, which'
    || ' seeds/reference/measures.csv does not have: correct it in {{ fact.name }}.yml, or add it.'
    as message
from {{ ref('dim_measure') }}
having count(case when measure_id = '{{ figure.measure }}' then 1 end) = 0
    {%- endfor %}
{%- endfor %}
