-- A claim is data: a formula over figures as known when it was published, as known now, or
-- official. Where it can be read in several ways, each reading is a row of the seed. The figure,
-- the verdict and the results in the explanation are computed.
with

results as (

    select * from {{ ref('int_claim_results') }}

),

in_words as (

    select
        *,
        count(*) over (partition by claim_id) as readings,
        row_number() over (
            partition by claim_id
            order by case when recomputed is null then 1 else 0 end, reading_number
        ) as place,
        case
            when result = 'percent' or (result = 'figure' and unit = 'percent') then '%'
            when result = 'change' and unit = 'percent' then ' points'
            when result = 'months' then ' months'
            else ''
        end as result_unit,
        case when unit = 'percent' then '%' else '' end as unit_sign
    from results

),

explained as (

    select
        *,
        case
            when readings > 1
                then
                    reading || ': '
                    || coalesce({{ format_number('recomputed') }} || result_unit || ', ', '')
                    || verdict || '.'
        end as result_of_reading,
        case
            when is_across_break then 'A break in the series lies between the periods.'
            else {{ filled_in('explanation', {
                'a': 'value_a',
                'b': 'value_b',
                'smallest': 'smallest',
                'largest': 'largest',
                'sum': 'sum_a',
                'base_sum': 'sum_b',
            }, 'unit_sign') }}
        end as own_explanation,
        case
            when word is not null and reading_number = 1
                then
                    '"' || word || '" is read as ' || read_as || ': ' || reason_of_word || '.'
        end as reading_of_word
    from in_words

),

claims as (

    select
        claim_id,
        count(*) filter (where verdict in ('agrees', 'agrees within rounding')) as agreeing,
        count(*) filter (where verdict = 'agrees within rounding') as agreeing_within_rounding,
        count(*) filter (where verdict = 'contradicts') as contradicting,
        count(*) filter (where formula = 'none') as undecided,
        {{ ordered_string_agg(
            "concat_ws(' ', reading_of_word, result_of_reading, own_explanation)",
            'reading_number',
            separator=' '
        ) }} as explanation,
        max(case when evidence = 'known now' and recomputed is not null then 1 else 0 end)
            as reads_later_releases,
        max(
            case
                when evidence = 'official' and recomputed is not null then 1
                else 0
            end
        ) as reads_official
    from explained
    group by claim_id

),

judged as (

    select
        *,
        case
            -- A reading that no figure can check leaves open what the others say.
            when
                (agreeing > 0 and contradicting > 0)
                or (agreeing + contradicting > 0 and undecided > 0)
                then 'depends on the reading'
            when contradicting > 0 then 'contradicts'
            when agreeing_within_rounding > 0 then 'agrees within rounding'
            when agreeing > 0 then 'agrees'
            else 'not checkable'
        end as verdict
    from claims

),

final as (

    select
        first_readings.claim_id,
        first_readings.release_id,
        first_readings.local_authority_code,
        first_readings.paragraph,
        first_readings.claim_line as source_line,
        first_readings.statement,
        first_readings.formula,
        first_readings.comparison,
        first_readings.claimed as claimed_value,
        case
            when judged.verdict <> 'depends on the reading'
                then cast(round(first_readings.recomputed, 2) as decimal(18, 2))
        end as recomputed_value,
        judged.verdict,
        nullif(
            concat_ws(
                ' ',
                nullif(judged.explanation, ''),
                case
                    when judged.reads_later_releases = 1
                        then 'It is checked with figures that a later release prints.'
                end,
                case
                    when judged.reads_official = 1
                        then 'Official figures are as published now.'
                end
            ),
            ''
        ) as explanation
    from explained as first_readings
    inner join judged
        on first_readings.claim_id = judged.claim_id
    where first_readings.place = 1

)

select * from final
