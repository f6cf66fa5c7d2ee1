-- England and the regions must be the sum of their authorities, or figures were lost or doubled on
-- the way in. Totals are rounded to the nearest 10. A suppressed figure lies between zero and what
-- its whole leaves for it, or else what its region's total does; a missing figure that nothing
-- bounds stands in the register, with the reason.
with

printed as (

    select * from {{ ref('stg_official_statistics') }}
    where unit = 'count'

),

areas as (

    select * from {{ ref('dim_area') }}

),

official_ratios as (

    select * from {{ ref('stg_official_ratios') }}
    where unit = 'percent' and is_share

),

exceptions as (

    select * from {{ ref('stg_official_total_exceptions') }}

),

members as (

    select
        authorities.area_code,
        totals.area_code as total_code
    from areas as authorities
    inner join areas as regions
        on authorities.region_code = regions.area_code
    inner join areas as totals
        on
            totals.area_code in (regions.area_code, regions.region_code)
            or totals.area_type = 'country'
    where authorities.area_type = 'local_authority'

),

-- Every area has a figure in each column of a table, which is joined by its number.
table_columns as (

    select
        release_id,
        source_table,
        measure_id,
        category_id,
        financial_year,
        row_number() over (
            order by release_id, source_table, measure_id, category_id, financial_year
        ) as column_number
    from printed
    group by release_id, source_table, measure_id, category_id, financial_year

),

counts as (

    select
        table_columns.*,
        printed.area_code,
        printed.value,
        printed.marker
    from printed
    inner join table_columns
        on
            printed.release_id = table_columns.release_id
            and printed.source_table = table_columns.source_table
            and printed.measure_id = table_columns.measure_id
            and printed.category_id is not distinct from table_columns.category_id
            and printed.financial_year = table_columns.financial_year

),

-- Where several parts of one whole are suppressed, each is at most what they are together.
known_siblings as (

    select
        release_id,
        source_table,
        area_code,
        measure_id,
        financial_year,
        coalesce(sum(value), 0) as known
    from counts
    where category_id is not null
    group by release_id, source_table, area_code, measure_id, financial_year

),

-- The whole beside the parts, in their own table if it has one.
suppressed as (

    select
        parts.column_number,
        parts.area_code,
        coalesce(
            max(case when wholes.source_table = parts.source_table then wholes.value end),
            max(wholes.value)
        )
        - case
            when parts.category_id is null then 0
            else coalesce(max(known_siblings.known), 0)
        end as left_for_it
    from counts as parts
    inner join official_ratios
        on
            parts.measure_id = official_ratios.part_measure_id
            and (parts.category_id is not null) = official_ratios.is_by_category
    inner join counts as wholes
        on
            parts.release_id = wholes.release_id
            and parts.area_code = wholes.area_code
            and official_ratios.base_measure_id = wholes.measure_id
            and parts.financial_year = wholes.financial_year
    left join known_siblings
        on
            parts.release_id = known_siblings.release_id
            and parts.source_table = known_siblings.source_table
            and parts.area_code = known_siblings.area_code
            and parts.measure_id = known_siblings.measure_id
            and parts.financial_year = known_siblings.financial_year
    where parts.marker = 'c' and wholes.category_id is null and wholes.value is not null
    group by parts.column_number, parts.area_code, parts.category_id

),

known_authorities as (

    select
        counts.column_number,
        members.total_code,
        coalesce(sum(counts.value), 0) as known
    from counts
    inner join members
        on counts.area_code = members.area_code
    group by counts.column_number, members.total_code

),

-- What a region's total (or England's) leaves for the authorities that it is suppressed for.
residuals as (

    select
        totals.column_number,
        members.area_code,
        min(totals.value + 5 - known_authorities.known) as left_for_it
    from counts as totals
    inner join known_authorities
        on
            totals.column_number = known_authorities.column_number
            and totals.area_code = known_authorities.total_code
    inner join members
        on totals.area_code = members.total_code
    group by totals.column_number, members.area_code

),

bounds as (

    select
        counts.*,
        case
            when counts.value is not null then counts.value
            when counts.marker = 'z' then 0
            -- An authority has no figure of a year before it began or after it was replaced.
            when
                areas.exists_from > counts.financial_year
                or areas.replaced_from <= counts.financial_year
                then 0
            -- Parts of a few authorities add up to more than their whole.
            when suppressed.left_for_it < 0 then 0
            when suppressed.left_for_it is not null then suppressed.left_for_it
            when counts.marker = 'c' and residuals.left_for_it < 0 then 0
            when counts.marker = 'c' then residuals.left_for_it
        end as most
    from counts
    inner join areas
        on counts.area_code = areas.area_code
    left join suppressed
        on
            counts.column_number = suppressed.column_number
            and counts.area_code = suppressed.area_code
    left join residuals
        on
            counts.column_number = residuals.column_number
            and counts.area_code = residuals.area_code

),

explained as (

    select
        bounds.*,
        exceptions.reason
    from bounds
    inner join exceptions
        on
            bounds.area_code = exceptions.area_code
            and coalesce(exceptions.measure_id, bounds.measure_id) = bounds.measure_id
            and bounds.financial_year >= exceptions.first_financial_year
            and bounds.financial_year <= exceptions.last_financial_year
            and bounds.marker = exceptions.marker
    where bounds.value is null

),

-- What nothing bounds and nobody explained: one row of the register for an area and its marker.
unexplained as (

    select
        bounds.release_id,
        bounds.area_code,
        areas.area_name,
        bounds.marker,
        min(bounds.financial_year) as first_financial_year,
        max(bounds.financial_year) as last_financial_year,
        case when min(bounds.measure_id) = max(bounds.measure_id) then min(bounds.measure_id) end
            as measure_id,
        count(*) as figures,
        min(
            'table ' || bounds.source_table || ': ' || bounds.measure_id
            || coalesce(' (' || bounds.category_id || ')', '')
        ) as one_of_them
    from bounds
    inner join areas
        on bounds.area_code = areas.area_code
    left join explained
        on
            bounds.column_number = explained.column_number
            and bounds.area_code = explained.area_code
    where
        bounds.most is null
        and explained.area_code is null
        and areas.area_type = 'local_authority'
        and bounds.source_table <> 'lait'
    group by bounds.release_id, bounds.area_code, areas.area_name, bounds.marker

),

added as (

    select
        bounds.column_number,
        members.total_code,
        coalesce(sum(bounds.value), 0) as at_least,
        -- Null where a figure is not bounded.
        case when count(bounds.most) = count(*) then sum(bounds.most) end as at_most
    from bounds
    inner join members
        on bounds.area_code = members.area_code
    group by bounds.column_number, members.total_code

),

sums as (

    select
        totals.release_id,
        totals.source_table,
        totals.area_code,
        areas.area_name,
        totals.measure_id,
        totals.category_id,
        totals.financial_year,
        totals.value as total,
        added.at_least,
        added.at_most
    from counts as totals
    inner join areas
        on totals.area_code = areas.area_code
    inner join added
        on
            totals.column_number = added.column_number
            and totals.area_code = added.total_code
    -- A table of chosen areas does not hold every authority of a region.
    where totals.source_table <> 'lait'

),

problems as (

    select
        'table ' || source_table || ' of ' || release_id || ': ' || measure_id
        || coalesce(' (' || category_id || ')', '') || ' of ' || area_name || ' '
        || area_code || ', ' || financial_year || ', is '
        || cast(total as {{ dbt.type_string() }}) || ', but its authorities add up to '
        || cast(at_least as {{ dbt.type_string() }})
        || case
            when at_most > at_least then ' to ' || cast(at_most as {{ dbt.type_string() }})
            else ''
        end
        || '. Load the file again, as downloaded.' as message
    from sums
    where total < at_least - 5 or total > at_most + 5

    union all

    select
        unexplained.release_id || ': ' || unexplained.area_name || ' '
        || unexplained.area_code || ', '
        || unexplained.first_financial_year
        || case
            when unexplained.last_financial_year > unexplained.first_financial_year
                then ' to ' || unexplained.last_financial_year
            else ''
        end
        || ', is marked ' || coalesce(unexplained.marker, 'with nothing') || ' in '
        || cast(unexplained.figures as {{ dbt.type_string() }}) || ' figures ('
        || unexplained.one_of_them
        || ') and nothing bounds them. Say why in seeds/official/official_total_exceptions.csv: '
        || unexplained.area_code || ',' || coalesce(unexplained.measure_id, '') || ','
        || unexplained.first_financial_year || ',' || unexplained.last_financial_year || ','
        || coalesce(unexplained.marker, '') || ',REASON' as message
    from unexplained

    union all

    select
        'seeds/official/official_total_exceptions.csv: ' || exceptions.area_code || ', '
        || coalesce(exceptions.measure_id, 'every measure') || ', '
        || exceptions.first_financial_year || ' to ' || exceptions.last_financial_year
        || ', explains no missing figure any more. Remove the entry.' as message
    from exceptions
    left join explained
        on
            exceptions.area_code = explained.area_code
            and coalesce(exceptions.measure_id, explained.measure_id) = explained.measure_id
            and exceptions.first_financial_year <= explained.financial_year
            and exceptions.last_financial_year >= explained.financial_year
            and exceptions.marker = explained.marker
    where explained.area_code is null

)

select * from problems
