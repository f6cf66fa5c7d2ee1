-- The figures come as one file that no review can read: what is in it must be what
-- official_files.csv, which a review can read, says was loaded, and every name in it known.
with

figures as (

    select * from {{ ref('stg_official_statistics') }}

),

found as (

    select
        release_id,
        source_table,
        count(value) as figures,
        count(marker) as markers
    from figures
    group by release_id, source_table

),

expected as (

    select
        release_id,
        source_table,
        figures,
        markers
    from {{ ref('stg_official_files') }}
    where source_table <> 'neighbours'

),

names as (

    {% for column_name, reference, key in [
        ('release_id', 'stg_official_releases', 'release_id'),
        ('area_code', 'dim_area', 'area_code'),
        ('measure_id', 'stg_measures', 'measure_id'),
    ] %}
        select distinct
            '{{ column_name }}' as column_name,
            figures.{{ column_name }} as found
        from figures
        left join {{ ref(reference) }} as known
            on figures.{{ column_name }} = known.{{ key }}
        where known.{{ key }} is null
        {% if not loop.last %}
            union all
        {% endif %}
    {% endfor %}

)

select
    'seeds/official/official_statistics.parquet: table '
    || coalesce(found.source_table, expected.source_table) || ' of '
    || coalesce(found.release_id, expected.release_id) || ' has '
    || cast(coalesce(found.figures, 0) as {{ dbt.type_string() }}) || ' figures and '
    || cast(coalesce(found.markers, 0) as {{ dbt.type_string() }})
    || ' markers, but official_files.csv says '
    || cast(coalesce(expected.figures, 0) as {{ dbt.type_string() }}) || ' and '
    || cast(coalesce(expected.markers, 0) as {{ dbt.type_string() }})
    || '. Load the file again: scripts/official_statistics.py load.' as message
from found
full outer join expected
    on
        found.release_id = expected.release_id
        and found.source_table = expected.source_table
where
    found.figures is distinct from expected.figures
    or found.markers is distinct from expected.markers

union all

select
    'seeds/official/official_statistics.parquet: ' || column_name || ' ' || found
    || ' is not known in the reference seeds.' as message
from names
