with

care_periods as (

    select * from {{ ref('int_record_care_periods') }}

),

placements as (

    select * from {{ ref('stg_record_placements') }}

),

immigration_statuses as (

    select * from {{ ref('stg_record_immigration_statuses') }}

),

said as (

    select * from {{ ref('int_record_values') }}

),

periods as (

    select * from {{ ref('int_record_periods') }}

),

-- When a person's status as an unaccompanied child ended last; how it began is often recorded late.
unaccompanied as (

    select
        immigration_statuses.extract_id,
        immigration_statuses.person_id,
        max(coalesce(immigration_statuses.end_date, date '9999-12-31')) as end_date
    from immigration_statuses
    inner join said
        on
            said.field = 'immigration_status'
            and immigration_statuses.immigration_status_text = said.said
            and said.value = 'uasc'
    group by
        immigration_statuses.extract_id,
        immigration_statuses.person_id

),

with_parents as (

    select distinct
        placements.extract_id,
        placements.placement_id
    from placements
    inner join said
        on
            said.field = 'placement_type'
            and placements.placement_text = said.said
            and said.value = 'with_parents'

),

care as (

    select
        care_periods.*,
        unaccompanied.end_date as status_end_date,
        coalesce(unaccompanied.end_date > care_periods.start_date, false) as is_uasc_entry,
        with_parents.placement_id is not null as is_placed_with_parents
    from care_periods
    left join unaccompanied
        on
            care_periods.extract_id = unaccompanied.extract_id
            and care_periods.person_id = unaccompanied.person_id
    left join with_parents
        on
            care_periods.extract_id = with_parents.extract_id
            and care_periods.first_placement_id = with_parents.placement_id

),

in_order as (

    select
        *,
        case
            when is_uasc_entry
                then
                    min(case when is_uasc_entry then start_date end) over (
                        partition by extract_id, person_id
                    ) = start_date
            else false
        end as is_first_uasc_entry
    from care

),

{% for relation, day in [('entered', 'start_date'), ('gone', 'end_date')] %}
    {{ relation }} as (

        select
            in_order.*,
            periods.period_id,
            periods.period_type
        from in_order
        inner join periods
            on
                in_order.extract_id = periods.extract_id
                and in_order.{{ day }} between periods.start_date and periods.end_date

    ),
{% endfor %}

looked_after as (

    select
        in_order.*,
        periods.period_id,
        periods.period_type,
        coalesce(in_order.status_end_date > periods.end_date, false) as is_uasc
    from in_order
    inner join periods
        on
            in_order.extract_id = periods.extract_id
            and {{ is_open_on('periods.end_date', 'in_order.start_date', 'in_order.end_date') }}
    where periods.period_type <> 'quarter'

),

final as (
    {%- for measure, relation, condition in [
        ('care_entered', 'entered', "period_type = 'quarter'"),
        (
            'care_entered_placed_with_parents', 'entered',
            "period_type = 'quarter' and is_placed_with_parents"
        ),
        ('care_entered_uasc', 'entered', "period_type = 'quarter' and is_uasc_entry"),
        ('uasc_arrivals', 'entered', "period_type = 'quarter' and is_first_uasc_entry"),
        ('care_left', 'gone', "period_type = 'quarter'"),
        ('cla_at_year_end', 'looked_after', 'true'),
        ('uasc_looked_after', 'looked_after', "period_type = 'year' and is_uasc"),
    ] %}
        select
            extract_id,
            '{{ measure }}' as measure_id,
            period_id,
            {{ counted_record('ssd_cla_episodes') }}
        from {{ relation }}
        where {{ condition }}

        union all
    {%- endfor %}
    {%- for measure, relation in [
        ('care_entered_children', 'entered'),
        ('care_left_children', 'gone'),
    ] %}

    -- As DfE counts: a child once a year.
        select
            extract_id,
            '{{ measure }}' as measure_id,
            period_id,
            'ssd_cla_episodes' as record_table,
            min_by(source_file, source_row) as source_file,
            min(source_row) as source_row
        from {{ relation }}
        where period_type = 'year'
        group by
            extract_id,
            person_id,
            period_id
        {%- if not loop.last %}

            union all
        {%- endif %}
    {%- endfor %}

)

select * from final
