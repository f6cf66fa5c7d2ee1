with

figures as (

    select
        *,
        {{ is_release_of_records('release_id') }} as is_computed
    from {{ ref('int_release_figures') }}
    where value is not null

),

record_definitions as (

    select
        *,
        -- Of one measure there may be several ways to count.
        measure_id <> compared_with_measure_id
        and count(*) over (partition by compared_with_measure_id) > 1 as is_a_reading
    from {{ ref('record_definitions') }}

),

measures as (

    select * from {{ ref('dim_measure') }}

),

correspondences as (

    select * from {{ ref('stg_official_correspondences') }}

),

-- Some of DfE's categories are added up, where reports print them together.
official_sums as (

    select * from {{ ref('int_official_figures') }}

),

official_statistics as (

    select * from {{ ref('int_official_statistics') }}
    where
        value is not null
        and area_code in (select figures.local_authority_code from figures)
    -- Of several editions the first in rank.
    qualify
        row_number() over (
            partition by area_code, measure_id, category_id, financial_year, unit
            order by edition_rank asc, release_id asc
        ) = 1

),

official_figures as (

    select
        area_code,
        measure_id,
        category_id,
        financial_year,
        unit,
        value
    from official_sums
    where value is not null

    union all

    select
        official_statistics.area_code,
        official_statistics.measure_id,
        official_statistics.category_id,
        official_statistics.financial_year,
        official_statistics.unit,
        cast(official_statistics.value as decimal(18, 2)) as value
    from official_statistics
    left join official_sums
        on
            official_statistics.area_code = official_sums.area_code
            and official_statistics.measure_id = official_sums.measure_id
    where official_sums.area_code is null

),

-- Of several releases the last.
latest as (

    select * from figures
    qualify
        row_number() over (
            partition by
                is_computed, local_authority_code, measure_id, category_id, period_id, unit
            order by release_order desc
        ) = 1

),

computed as (

    select
        latest.*,
        record_definitions.compared_with_measure_id,
        record_definitions.is_a_reading,
        record_definitions.definition
    from latest
    inner join record_definitions
        on latest.measure_id = record_definitions.measure_id
    where latest.is_computed

),

printed as (

    select * from latest
    where not is_computed

),

-- Every computed figure, and every printed one that has no computed one beside it.
keys as (

    select
        local_authority_code,
        measure_id,
        category_id,
        period_id,
        unit,
        compared_with_measure_id
    from computed

    union all

    select
        printed.local_authority_code,
        printed.measure_id,
        printed.category_id,
        printed.period_id,
        printed.unit,
        printed.measure_id as compared_with_measure_id
    from printed
    left join computed
        on
            printed.local_authority_code = computed.local_authority_code
            and printed.measure_id = computed.compared_with_measure_id
            and printed.category_id is not distinct from computed.category_id
            and printed.period_id = computed.period_id
            and printed.unit = computed.unit
    where computed.measure_id is null

),

beside as (

    select
        keys.local_authority_code,
        keys.measure_id,
        keys.category_id,
        keys.period_id,
        keys.unit,
        printed.value as printed_value,
        computed.value as computed_value,
        official_figures.value as official_value,
        case when printed.value is not null then measures.definition end as printed_definition,
        computed.definition as computed_definition,
        case
            when official_figures.value is not null
                then coalesce(nullif(correspondences.note, ''), measures.definition_source)
        end as official_definition,
        coalesce(correspondences.is_same_definition, true) as is_same_definition,
        coalesce(computed.is_a_reading, false) as is_a_reading
    from keys
    left join measures
        on keys.compared_with_measure_id = measures.measure_id
    left join computed
        on
            keys.local_authority_code = computed.local_authority_code
            and keys.measure_id = computed.measure_id
            and keys.category_id is not distinct from computed.category_id
            and keys.period_id = computed.period_id
            and keys.unit = computed.unit
    left join printed
        on
            keys.local_authority_code = printed.local_authority_code
            and keys.compared_with_measure_id = printed.measure_id
            and keys.category_id is not distinct from printed.category_id
            and keys.period_id = printed.period_id
            and keys.unit = printed.unit
    left join correspondences
        on
            keys.compared_with_measure_id = correspondences.measure_id
            and keys.category_id is not distinct from correspondences.category_id
            and keys.unit = correspondences.unit
    left join official_figures
        on
            keys.local_authority_code = official_figures.area_code
            and coalesce(correspondences.official_measure_id, keys.compared_with_measure_id)
            = official_figures.measure_id
            and coalesce(correspondences.official_category_id, keys.category_id)
            is not distinct from official_figures.category_id
            and keys.period_id = official_figures.financial_year
            and keys.unit = official_figures.unit

),

final as (

    select
        {{ short_key([
            'local_authority_code',
            'measure_id',
            'category_id',
            'period_id',
            'unit',
        ]) }} as three_ways_id,
        local_authority_code,
        measure_id,
        category_id,
        period_id,
        unit,
        printed_value,
        computed_value,
        official_value,
        cast(computed_value - printed_value as decimal(18, 2)) as computed_less_printed,
        cast(computed_value - official_value as decimal(18, 2)) as computed_less_official,
        printed_definition,
        computed_definition,
        official_definition,
        case
            when computed_value is null then 'Not counted from records.'
            when printed_value is null and official_value is null
                then 'Neither printed nor published.'
            else
                case
                    when printed_value is null then 'Not printed.'
                    when computed_value = printed_value then 'Computed as printed.'
                    when is_a_reading
                        then 'The report does not say which reading of the measure it prints.'
                    when not is_same_definition
                        then 'The report counts by another definition than records and DfE.'
                    else 'Computed otherwise than printed.'
                end
                || case
                    when official_value is null then ' Not published by DfE.'
                    when computed_value = official_value then ' Computed as published by DfE.'
                    when not is_same_definition
                        then ' DfE counts by another definition, which explains a difference.'
                    else ' Computed otherwise than published by DfE.'
                end
        end as explanation
    from beside

)

select * from final
